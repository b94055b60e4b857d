/** Files in a folder of the system for such, each in a folder of its own. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TemporaryFiles } from '../reconciliation/ports.ts'

export const temporaryFiles: TemporaryFiles = {
  async save(bytes) {
    const path = join(await mkdtemp(join(tmpdir(), 'recon-file-')), 'file')
    const hash = createHash('sha256')
    try {
      await pipeline(hashed(bytes, hash), createWriteStream(path, { mode: 0o600 }))
    } catch (error) {
      await remove(path)
      throw error
    }
    return { path, sha256: hash.digest('hex') }
  },

  remove,
}

async function remove(path: string): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true })
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const piece of bytes) {
    hash.update(piece)
    yield piece
  }
}
