/** Invariants of what is kept about accounts: every sum that is stored is the sum of its entries. */
import type { DatabaseInvariant } from './invariant.ts'
import { same } from './invariant.ts'

const snapshotsAddUp = {
  name: 'balance-snapshots',
  sentence: 'Every snapshot of an account is what the entries that were recorded before it add up to.',
  async *checkTotals({ snapshots }) {
    for await (const { account, currency, recordedBefore, kept, found } of snapshots()) {
      const row = `${account} ${currency} ${recordedBefore}`
      yield same(row, 'debits, credits, entries', textOf(kept), textOf(found))
    }
  },
} as const satisfies DatabaseInvariant

const textOf = ({ debits, credits, entries }: { debits: bigint; credits: bigint; entries: number }): string =>
  `${debits}, ${credits}, ${entries}`

export const balanceInvariants = [snapshotsAddUp] as const
