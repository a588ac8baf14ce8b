/** What is used of Emscripten's file system. */
export interface FileSystem {
  streams: (FileStream | null | undefined)[];
  filesystems: {
    MEMFS: { ops_table: Record<string, Record<'node' | 'stream', Operations>>; stream_ops: Operations };
  };
  cwd(): string;
  chdir(path: string): void;
  ErrnoError: new (code: number) => Error;
}

type Operations = Record<string, unknown>;

interface FileStream {
  fd: number | null;
  shared: object;
}

const READ_ONLY = 69; // EROFS, in the numbers of WASI

const CHANGES = {
  node: ['mknod', 'rename', 'unlink', 'rmdir', 'symlink', 'setattr'],
  stream: ['write', 'allocate', 'mmap', 'msync'],
} as const;

/**
 * Closes the files of the interpreter, which live in memory: the standard library stays as it is, and no run leaves
 * anything to the next.
 */
export function makeReadOnly(fs: FileSystem): void {
  const refuse = () => {
    throw new fs.ErrnoError(READ_ONLY);
  };
  const { ops_table: tables, stream_ops } = fs.filesystems.MEMFS;
  const close = (operations: Operations, names: readonly string[]) => {
    for (const name of names) if (name in operations) operations[name] = refuse;
  };
  for (const { node } of Object.values(tables)) close(node, CHANGES.node);
  close(tables.file.stream, CHANGES.stream);
  // A mapped file is written back past the table.
  close(stream_ops, CHANGES.stream);
}

/** Remembers which files are open. @returns a function that makes it so again */
export function rememberStreams(fs: FileSystem): () => void {
  const directory = fs.cwd();
  const streams = fs.streams.map((stream) => stream && { stream, shared: { ...stream.shared } });
  return () => {
    fs.streams.length = 0;
    for (const [fd, open] of streams.entries()) {
      fs.streams[fd] = open?.stream;
      if (open) Object.assign(open.stream, { fd }).shared = Object.assign(open.stream.shared, open.shared);
    }
    fs.chdir(directory);
  };
}
