/** New ids: a prefix and a ULID, which sorts by time and never repeats within a process. */
import { randomFillSync } from 'node:crypto'
import { decodeTime, monotonicFactory } from 'ulid'
import type { Ids } from '../payments/ports.ts'
import type { ReconIds } from '../reconciliation/ports.ts'
import type { SettlementIds } from '../settlement/ports.ts'

const POOL_WORDS = 1024
const WORD_RANGE = 2 ** 32

/** Random numbers in [0, 1) from a pool: one system call for a thousand of them. */
function pooledRandom(): () => number {
  const pool = new Uint32Array(POOL_WORDS)
  let next = POOL_WORDS
  return () => {
    if (next === POOL_WORDS) {
      randomFillSync(pool)
      next = 0
    }
    return pool[next++]! / WORD_RANGE
  }
}

const timeIn = (id: string): number => decodeTime(id.slice(id.indexOf('_') + 1))

/** `nowMs` is the clock whose time the ids carry. */
export function createIds(
  nowMs: () => number,
): Ids & SettlementIds & ReconIds & { operator(): string; request(): string; verifyRun(): string } {
  const random = pooledRandom()
  const ulid = monotonicFactory(random)
  // A generator of its own: an entry that must sort after an id from the future moves the time of later entries only.
  const entryUlid = monotonicFactory(random)
  const withPrefix = (prefix: string) => () => `${prefix}_${ulid(nowMs())}`
  return {
    payment: withPrefix('pay'),
    operation: withPrefix('op'),
    event: withPrefix('evt'),
    entry: after => `led_${entryUlid(Math.max(nowMs(), after === undefined ? 0 : timeIn(after) + 1))}`,
    item: withPrefix('itm'),
    expectation: withPrefix('exp'),
    batch: withPrefix('bat'),
    payout: withPrefix('out'),
    payoutFile: withPrefix('pof'),
    hold: withPrefix('hld'),
    invoice: withPrefix('inv'),
    dispute: withPrefix('dsp'),
    accountChange: withPrefix('chg'),
    reconFile: withPrefix('rcf'),
    reconBreak: withPrefix('brk'),
    operator: withPrefix('opr'),
    request: withPrefix('req'),
    verifyRun: withPrefix('vrf'),
  }
}
