/** Whether the disk of the data folder has room. A Lambda has no data folder. */
import { statfs } from 'node:fs/promises'
import type { ReadinessProblem } from './health.ts'

export interface DiskRoom {
  freeBytes: number
  totalBytes: number
  /** Undefined where the file system does not count files. */
  freeFiles?: number
}

export interface DataDiskOptions {
  folder: string | undefined
  nowMs(): number
  roomOf?: (folder: string) => Promise<DiskRoom>
}

const MIB = 1024 * 1024
/** MariaDB and Kafka grow their files by a few MiB at once: with less they refuse to write, or end. */
export const FULL_BELOW_BYTES = 16 * MIB

export class DataDisk {
  readonly #options: DataDiskOptions
  #fullSinceMs: number | undefined

  constructor(options: DataDiskOptions) {
    this.#options = options
  }

  /** Never throws: when the folder cannot be read, there is no problem to report. */
  async problems(): Promise<ReadinessProblem[]> {
    const { folder, nowMs, roomOf = askSystem } = this.#options
    const room = folder === undefined ? undefined : await roomOf(folder).catch(() => undefined)
    if (folder === undefined || room === undefined) return []
    const isFull = room.freeBytes < FULL_BELOW_BYTES || room.freeFiles === 0
    this.#fullSinceMs = isFull ? (this.#fullSinceMs ?? nowMs()) : undefined
    if (this.#fullSinceMs === undefined) return []
    return [{ kind: 'disk_full', message: describe(folder, room), since: new Date(this.#fullSinceMs).toISOString() }]
  }
}

async function askSystem(folder: string): Promise<DiskRoom> {
  const { bavail, bsize, blocks, files, ffree } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: files === 0 ? undefined : ffree }
}

function describe(folder: string, { freeBytes, totalBytes, freeFiles }: DiskRoom): string {
  const inMib = (bytes: number) => (bytes / MIB).toFixed(bytes < 100 * MIB ? 1 : 0)
  const left = freeFiles === 0 ? 'no file can be made' : `${inMib(freeBytes)} of ${inMib(totalBytes)} MiB are free`
  return `the disk of ${folder} is full: ${left}. Make room; all goes on by itself`
}
