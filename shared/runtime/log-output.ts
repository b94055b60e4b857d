/** Writes log lines to a file descriptor. A full disk or a closed pipe costs lines, never the process. */
import { write as fsWrite, writeSync } from 'node:fs'

export interface LogOutputOptions {
  fd: number
  /** `write` is synchronous: for a process that may be frozen after its answer and never run again. */
  atOnce: boolean
  /** Called with the number of dropped lines when lines can be written again. */
  onRecovered(lostCount: number): void
  /** How much may wait for room. */
  bytesMax?: number
  /** The system's own; a test has others. */
  system?: { write: typeof fsWrite; writeSync: typeof writeSync }
}

const BYTES_MAX = 1024 * 1024
/** Lines within this time share a write. */
const GATHERED_MS = 100
const GATHERED_BYTES = 4_096
const RETRY_MS = 500
/** For a pipe that is full: its reader needs a moment. */
const BUSY_MS = 10
const BUSY_TRIES_MAX = 50

export class LogOutput {
  readonly #options: Required<LogOutputOptions>
  #lines: string[] = []
  #waitingBytes = 0
  /** What is being written, or the rest of it. The rest is kept, so that an error never cuts a line in two. */
  #chunk = Buffer.alloc(0)
  #isWriting = false
  #lostCount = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LogOutputOptions) {
    this.#options = { bytesMax: BYTES_MAX, system: { write: fsWrite, writeSync }, ...options }
  }

  /** One line with its end. Never throws. */
  write(line: string): void {
    if (this.#waitingBytes + this.#chunk.length + line.length > this.#options.bytesMax) this.#lostCount++
    else this.#keep(line)
    if (this.#options.atOnce) this.flushSync()
    else if (this.#timer === undefined) this.#later(GATHERED_MS)
    else if (this.#waitingBytes >= GATHERED_BYTES && this.#chunk.length === 0) this.#send()
  }

  #keep(line: string): void {
    this.#lines.push(line)
    this.#waitingBytes += line.length
  }

  /** Writes the rest, as far as possible at once: at the end of the process there is no later. */
  flushSync(): void {
    // What is being written would be written twice.
    if (this.#isWriting) this.#chunk = Buffer.alloc(0)
    for (let tries = 0; tries < BUSY_TRIES_MAX && this.#take(); ) {
      try {
        this.#wrote(this.#options.system.writeSync(this.#options.fd, this.#chunk))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        tries++
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
      }
    }
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#send()
    }, ms)
    this.#timer.unref()
  }

  #send(): void {
    if (this.#isWriting || !this.#take()) return
    this.#isWriting = true
    const { fd, system } = this.#options
    system.write(fd, this.#chunk, (error: NodeJS.ErrnoException | null, byteCount: number) => {
      this.#isWriting = false
      if (error) {
        clearTimeout(this.#timer)
        return this.#later(error.code === 'EAGAIN' ? BUSY_MS : RETRY_MS)
      }
      this.#wrote(byteCount)
      if (this.#chunk.length > 0 || this.#waitingBytes >= GATHERED_BYTES) this.#send()
      // Their timer may have fired while this was written.
      else if (this.#lines.length > 0 && this.#timer === undefined) this.#later(GATHERED_MS)
    })
  }

  /** Whether there is something to write. */
  #take(): boolean {
    if (this.#chunk.length === 0 && this.#lines.length > 0) {
      this.#chunk = Buffer.from(this.#lines.join(''))
      this.#lines = []
      this.#waitingBytes = 0
    }
    return this.#chunk.length > 0
  }

  #wrote(byteCount: number): void {
    this.#chunk = this.#chunk.subarray(byteCount)
    if (this.#chunk.length > 0 || this.#lostCount === 0) return
    const lostCount = this.#lostCount
    this.#lostCount = 0
    this.#options.onRecovered(lostCount)
  }
}
