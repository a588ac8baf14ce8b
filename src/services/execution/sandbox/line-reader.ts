/** Puts lines together from the pieces of a stream, of at most a number of bytes each. */
export class LineReader {
  private pieces: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly longest: number,
    private readonly receive: (line: string) => void,
  ) {}

  /** @throws RangeError when a line is too long */
  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.add(chunk.subarray(from, end));
      const line = Buffer.concat(this.pieces).toString();
      this.pieces = [];
      this.bytes = 0;
      from = end + 1;
      this.receive(line);
    }
    if (from < chunk.length) this.add(chunk.subarray(from));
  }

  private add(piece: Buffer): void {
    this.bytes += piece.length;
    if (this.bytes > this.longest) throw new RangeError('The line is too long');
    this.pieces.push(piece);
  }
}
