/** The table `sandbox_clock`, one row: how far the virtual clock is ahead. */
import type { ClockPosition, SandboxClock, Transaction } from '../payments/ports.ts'
import type { Database } from './database.ts'

export class SandboxClockTable implements SandboxClock {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  read(): Promise<ClockPosition> {
    return this.#read()
  }

  addToTarget(advanceMs: number, targetOffsetMsMax: number): Promise<ClockPosition | undefined> {
    return this.#database.runAlone(async tx => {
      const added = await this.#database.write(
        'UPDATE sandbox_clock SET target_offset_ms = target_offset_ms + ? WHERE id = 1 AND target_offset_ms + ? <= ?',
        [advanceMs, advanceMs, targetOffsetMsMax],
        tx,
      )
      return added === 0 ? undefined : this.#read(tx)
    })
  }

  async move(from: number, to: number, nowMs: number): Promise<boolean> {
    const moved = await this.#database.write(
      `UPDATE sandbox_clock SET offset_ms = ?, moved_at = ?
       WHERE id = 1 AND offset_ms = ? AND offset_ms <= ? AND target_offset_ms >= ?`,
      [to, new Date(nowMs), from, to, to],
    )
    return moved === 1
  }

  async #read(tx?: Transaction): Promise<ClockPosition> {
    const [row] = await this.#database.select<{ offset_ms: number; target_offset_ms: number }>(
      'SELECT offset_ms, target_offset_ms FROM sandbox_clock WHERE id = 1',
      [],
      tx,
    )
    if (row === undefined) throw new Error('the database has no sandbox_clock row: run npm run migrate')
    return { offsetMs: row.offset_ms, targetOffsetMs: row.target_offset_ms }
  }
}
