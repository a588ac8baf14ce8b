import type { Socket } from 'node:net';

/** Keeps account of a socket in a set, and ends it on errors instead of ending the process. */
export function watch(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}

/** Passes on what either of two sockets sends, and ends each with the other. */
export function relay(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
