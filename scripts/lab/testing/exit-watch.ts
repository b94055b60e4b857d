/** Jest's last act: when something still holds the process a while after the run, says what it is and fails the run. */
import { Server, Socket } from 'node:net'

/** Longer than a client's last retry. */
const EXIT_MS_MAX = 20_000

/** Jest's `globalTeardown`. */
export default function watchExit(): void {
  endWhenHeld(EXIT_MS_MAX)
}

/** Ends the process with 1 when it has not ended by itself in time. The watch itself holds nothing. */
export function endWhenHeld(graceMs: number): void {
  const end = () => {
    console.error(`The tests are over, but after ${graceMs} ms the process is still held by: ${holders().join(', ')}`)
    process.exit(1)
  }
  setTimeout(end, graceMs).unref()
}

/** Sockets and servers by their ports, and the kinds of everything else. */
function holders(): string[] {
  const handles = (process as unknown as { _getActiveHandles(): object[] })._getActiveHandles()
  const kinds = process.getActiveResourcesInfo().filter(kind => !kind.startsWith('TCP'))
  return [...handles.flatMap(networkName), ...kinds]
}

function networkName(handle: object): string[] {
  if (handle instanceof Server) return [`a server at ${JSON.stringify(handle.address())}`]
  if (!(handle instanceof Socket) || handle.remotePort === undefined) return []
  return [`a connection to ${handle.remoteAddress}:${handle.remotePort}`]
}
