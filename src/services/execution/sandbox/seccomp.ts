/** Numbers of system calls, by the architecture as Node names it. */
const SYSCALLS: Record<
  string,
  { audit: number; prctl: number; clone: number; clone3: number; denied: number[] }
> = {
  x64: {
    audit: 0xc000003e,
    prctl: 157,
    clone: 56,
    clone3: 435,
    // Sockets; processes and signals; other processes' memory; namespaces, mounts, modules; keys; what has had holes.
    denied: [
      41, 42, 43, 49, 50, 53, 288, 57, 58, 62, 200, 129, 297, 424, 434, 322, 101, 310, 311, 272, 308, 155,
      161, 165, 166, 175, 313, 246, 304, 248, 249, 250, 298, 321, 323, 425,
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    prctl: 167,
    clone: 220,
    clone3: 435,
    denied: [
      198, 199, 200, 201, 202, 203, 242, 129, 130, 138, 240, 424, 434, 281, 117, 270, 271, 97, 268, 41, 51,
      40, 39, 105, 273, 104, 265, 217, 218, 219, 241, 280, 282, 425,
    ],
  },
};

const EPERM = 1;
const ENOSYS = 38;
const CLONE_THREAD = 0x10000;
const ALLOW = 0x7fff0000;
const fail = (errno: number) => 0x00050000 | errno;

// Instructions of the classic Berkeley packet filter, and where `struct seccomp_data` holds what they look at.
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_BITS = 0x45;
const RETURN = 0x06;
const AT = { number: 0, architecture: 4, flags: 16 };

type Instruction = [code: number, ifTrue: number, ifFalse: number, value: number];

/**
 * A command that denies itself system calls and becomes the one that follows: it cannot open sockets, make processes,
 * send signals or look into other processes. Perl does it, for it is there on every Debian.
 *
 * @returns `undefined` on an architecture whose numbers are not known
 */
export function seccompCommand(architecture: string): string[] | undefined {
  if (!Object.hasOwn(SYSCALLS, architecture)) return undefined;
  const { prctl } = SYSCALLS[architecture];
  const filter = program(architecture);
  const bytes = filter.flatMap(([code, ifTrue, ifFalse, value]) => {
    const instruction = Buffer.alloc(8);
    instruction.writeUInt16LE(code, 0);
    instruction.writeUInt8(ifTrue, 2);
    instruction.writeUInt8(ifFalse, 3);
    instruction.writeUInt32LE(value >>> 0, 4);
    return [...instruction];
  });
  const script = [
    `my $f = pack("H*", "${Buffer.from(bytes).toString('hex')}");`,
    `my $p = pack("S x6 P", ${filter.length}, $f);`,
    // PR_SET_NO_NEW_PRIVS, then PR_SET_SECCOMP with SECCOMP_MODE_FILTER.
    `syscall(${prctl}, 38, 1, 0, 0, 0) == 0 or die "privileges: $!";`,
    `syscall(${prctl}, 22, 2, $p) == 0 or die "seccomp: $!";`,
    'exec { $ARGV[0] } @ARGV or die "exec: $!";',
  ];
  return ['perl', '-e', script.join(' '), '--'];
}

function program(architecture: string): Instruction[] {
  const { audit, clone, clone3, denied } = SYSCALLS[architecture];
  const refuse = (number: number, errno: number): Instruction[] => [
    [JUMP_EQUAL, 0, 1, number],
    [RETURN, 0, 0, fail(errno)],
  ];
  return [
    [LOAD, 0, 0, AT.architecture],
    [JUMP_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, fail(EPERM)],
    [LOAD, 0, 0, AT.number],
    ...denied.flatMap((number) => refuse(number, EPERM)),
    // The C library asks for the older call when this one is not there.
    ...refuse(clone3, ENOSYS),
    [JUMP_EQUAL, 0, 4, clone],
    [LOAD, 0, 0, AT.flags],
    [JUMP_BITS, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, fail(EPERM)],
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, ALLOW],
  ];
}
