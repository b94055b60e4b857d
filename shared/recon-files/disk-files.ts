/** Files on a disk of this machine. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type DiskFiles, ReconFileError } from '../reconciliation/ports.ts'

export const diskFiles: DiskFiles = {
  async *read(path, sha256) {
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(piece)
      yield piece
    }
    if (hash.digest('hex') !== sha256)
      throw new ReconFileError('the file was changed while it was read: hand it in again')
  },

  async sha256(path) {
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) hash.update(piece)
    return hash.digest('hex')
  },
}
