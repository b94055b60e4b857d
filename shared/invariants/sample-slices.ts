/** Sample payments to be read in slices, and the runs that are kept of it, in memory. For tests only. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import type { InvariantRuns, SlicePorts } from './check-slice.ts'
import type { PaymentHistory } from './payment-history.ts'
import { NOW_MS, SAMPLE_TERMS } from './sample-payments.ts'

export class SampleRuns implements InvariantRuns {
  runs: InvariantRun[] = []

  async last(): Promise<InvariantRun | undefined> {
    return this.runs.at(-1)
  }

  async lastComplete(): Promise<InvariantRun | undefined> {
    return this.runs.findLast(run => run.lastPaymentId === null)
  }

  async add(run: InvariantRun): Promise<void> {
    this.runs.push(run)
  }

  async prune(startedAtMsMin: number, passMin: number, limit: number): Promise<number> {
    const old = this.runs.filter(run => run.startedAtMs < startedAtMsMin && run.pass < passMin).slice(0, limit)
    this.runs = this.runs.filter(run => !old.includes(run))
    return old.length
  }
}

/** All that `checkSlice` needs. `histories` may be spoiled and repaired between two runs; the clock stands until it is moved. */
export function sampleSlices(histories: PaymentHistory[]) {
  const clock = { ms: NOW_MS, nowMs: () => clock.ms }
  const database = {
    clockOffsetMs: async () => 0,
    slice: async (after: string, paymentsMax: number) => {
      const found = histories.filter(({ paymentId }) => paymentId > after).slice(0, paymentsMax)
      return { histories: found, lastPaymentId: found.length < paymentsMax ? null : found.at(-1)!.paymentId }
    },
  }
  const ports = {
    snapshots: { read: work => work(database) },
    invariantRuns: new SampleRuns(),
    clock,
    settlementDefaults: SAMPLE_TERMS,
  } satisfies SlicePorts
  return ports
}
