/** Reads: what has to be kept apart for merchants, day by day. */
import { FUNDS_ROWS_MAX, type FundsView } from '../contracts/routes/list-funds.ts'
import type { FundsDays } from './ports.ts'
import { missingIn } from './short-funds.ts'

/** The newest rows, of a day one a currency. Throws DependencyUnavailableError. */
export async function readFunds({ fundsDays }: { fundsDays: Pick<FundsDays, 'listNewest'> }): Promise<FundsView> {
  const rows = await fundsDays.listNewest(FUNDS_ROWS_MAX)
  return {
    days: rows.map(row => ({
      ...{ day: row.day, currency: row.currency, statementDay: row.statementDay },
      ...{ required: String(row.requiredMinor), safeguarded: String(row.safeguardedMinor) },
      ...{ missing: String(missingIn(row)), calculatedAt: new Date(row.calculatedAtMs).toISOString() },
    })),
  }
}
