/** Refuses a file that is being read: its lines are deleted, and nothing of it was booked. */
import type { Clock, SeparateTransactions } from '../payments/ports.ts'
import type { ReconFile, ReconFiles, ReconLines } from './ports.ts'

export interface RejectPorts {
  transactions: SeparateTransactions
  reconFiles: ReconFiles
  reconLines: Pick<ReconLines, 'deleteLast'>
  clock: Clock
}

export type Rejected = { kind: 'rejected' | 'unfinished' | 'elsewhere'; file: ReconFile }

const CHUNK_LINES = 5_000
const FAILURE_CHARACTERS_MAX = 500

/**
 * The reason is kept first, so that nobody goes on with the file. Begins nothing after `deadlineMs` (epoch, real time); whoever takes the
 * file next deletes the rest.
 */
export async function rejectFile(
  ports: RejectPorts,
  fileId: string,
  reason: string,
  deadlineMs: number,
): Promise<Rejected> {
  const failure = [...reason].slice(0, FAILURE_CHARACTERS_MAX).join('')
  for (;;) {
    const file = await deleteChunk(ports, fileId, failure)
    if (file.state === 'REJECTED') return { kind: 'rejected', file }
    if (file.state !== 'RECEIVED') return { kind: 'elsewhere', file }
    if (ports.clock.nowMs() >= deadlineMs) return { kind: 'unfinished', file }
  }
}

const deleteChunk = ({ transactions, reconFiles, reconLines }: RejectPorts, fileId: string, failure: string) =>
  transactions.run(fileId, async tx => {
    const locked = (await reconFiles.lock(tx, fileId))!
    if (locked.state !== 'RECEIVED') return locked
    const deleted = await reconLines.deleteLast(tx, fileId, CHUNK_LINES)
    const left: ReconFile = { ...locked, failure: locked.failure ?? failure, lineCount: locked.lineCount - deleted }
    const file: ReconFile = left.lineCount === 0 ? { ...left, state: 'REJECTED', revision: null } : left
    await reconFiles.update(tx, file)
    return file
  })
