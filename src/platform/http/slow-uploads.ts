import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { refuseBrokenRequest } from './broken-request.js';

/** Fewest bytes that an upload must bring in each span of time; less is a client that only holds a connection. */
const MIN_BYTES = 4096;

const patient = new WeakSet<Socket>();

/** Whether a connection carries an upload, which may take longer than other requests. */
export const isUploading = (socket: Socket): boolean => patient.has(socket);

/**
 * Lets a request take as long as bytes keep coming, instead of ending it after the time that others have. One that
 * stalls is answered with 408.
 *
 * @param spanMs time in which something must have come
 * @returns ends the watch; it also ends with the request
 */
export function allowSlowUpload(request: IncomingMessage, spanMs: number): () => void {
  const { socket } = request;
  patient.add(socket);
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    // While nothing is read it is the server that is slow.
    const stalls = request.readableFlowing === true && socket.bytesRead - before < MIN_BYTES;
    before = socket.bytesRead;
    if (!stalls) return;
    end();
    refuseBrokenRequest(Object.assign(new Error('Stalled'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
  }, spanMs).unref();
  const end = () => {
    clearInterval(timer);
    patient.delete(socket);
    request.off('close', end);
  };
  request.once('close', end);
  return end;
}
