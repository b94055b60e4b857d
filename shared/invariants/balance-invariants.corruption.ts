/** Corruptions of stored balances. For tests only. */
import type { balanceInvariants } from './balance-invariants.ts'
import type { PlantedFor } from './planted.corruption.ts'

/** Of one debit too many: an entry that came later than snapshots wait for would leave one too few. */
const WRONG_SNAPSHOT = `INSERT INTO account_snapshot (account, currency, recorded_before, debits, credits, entry_count)
  SELECT credit_account, currency, recorded_at + INTERVAL 1 SECOND, -1, amount, 1 FROM ledger_entry
  WHERE payment_id = :payment AND entry_type = 'capture'`

export const balanceCorruptions: PlantedFor<(typeof balanceInvariants)[number]['name']> = {
  'balance-snapshots': {
    samples: [
      {
        what: 'a snapshot without an entry that came late',
        row: 'merchant_payable:shop KRW',
        inTotals: ({ snapshots }) => {
          snapshots[0]!.found.entries++
        },
      },
      {
        what: 'a snapshot of another sum',
        row: 'merchant_payable:shop KRW',
        inTotals: ({ snapshots }) => {
          snapshots[0]!.kept.credits++
        },
      },
    ],
    system: [
      {
        what: 'a snapshot that does not add up',
        payment: 'captured',
        sql: [WRONG_SNAPSHOT],
        offender: /^merchant_payable:\S+ KRW /,
      },
    ],
  },
}
