/** Each payout against the bank's own journal: taken from one file, paid once, and no more than is said here. */
import type { RowDataPacket } from 'mysql2/promise'
import { type BankJournalEntry, bankJournalPage } from '../../../../shared/contracts/bank.ts'
import { connectDatabase } from '../../../operate/connections.ts'

export interface PayoutFact {
  payoutId: string
  batchId: string
  fileId: string | null
  amount: number
  currency: string
  state: string
  batchState: string
  batchNet: number
}

export interface PayoutFacts {
  payouts: PayoutFact[]
  /** The bank's journal, whole. */
  journal: BankJournalEntry[]
}

const PAYOUTS = `SELECT p.payout_id AS payoutId, p.batch_id AS batchId, p.file_id AS fileId, p.amount, p.currency, p.state,
  b.state AS batchState, b.net AS batchNet FROM payout p JOIN settlement_batch b ON b.batch_id = p.batch_id`

/** Nothing may move meanwhile. Throws when one of the two cannot be read. */
export async function gatherPayouts({
  databaseUrl,
  bankUrl,
}: {
  databaseUrl: string
  bankUrl: string
}): Promise<PayoutFacts> {
  const database = await connectDatabase(databaseUrl)
  try {
    const [rows] = await database.query<RowDataPacket[]>(PAYOUTS)
    return { payouts: rows as PayoutFact[], journal: await journalOf(bankUrl) }
  } finally {
    await database.end()
  }
}

async function journalOf(bankUrl: string): Promise<BankJournalEntry[]> {
  const found: BankJournalEntry[] = []
  for (let after: number | null = 0; after !== null; ) {
    const response: Response = await fetch(`${bankUrl}/journal?after=${after}`)
    const page = bankJournalPage.parse(await response.json())
    found.push(...page.entries)
    after = page.next
  }
  return found
}

interface AtBank {
  taken: number
  paid: number
  returned: number
}

/** How often the bank has taken, paid and sent back a payout, by the state that it has here when nothing is on its way any more. */
const wanted: Record<string, AtBank[]> = {
  // It waits for an approval.
  CREATED: [{ taken: 0, paid: 0, returned: 0 }],
  CONFIRMED: [{ taken: 1, paid: 1, returned: 0 }],
  PAID: [{ taken: 1, paid: 1, returned: 0 }],
  RETURNED: [{ taken: 1, paid: 1, returned: 1 }],
  // By itself, or with its whole file.
  FAILED: [
    { taken: 1, paid: 0, returned: 0 },
    { taken: 0, paid: 0, returned: 0 },
  ],
  CANCELED: [{ taken: 0, paid: 0, returned: 0 }],
}

/** Empty when bank and books agree. Nothing may be on its way any more. */
export function payoutProblems({ payouts, journal }: PayoutFacts): string[] {
  const asked = journal.flatMap(entry => (entry.type === 'payout' ? [{ ...entry, reference: entry.endToEndId }] : []))
  const moved = journal.filter(entry => entry.type === 'movement')
  const entries = {
    taken: Map.groupBy(asked, ({ reference }) => reference),
    paid: Map.groupBy(
      moved.filter(({ kind }) => kind === 'payout'),
      ({ reference }) => reference,
    ),
    returned: Map.groupBy(
      moved.filter(({ kind }) => kind === 'return'),
      ({ reference }) => reference,
    ),
  }
  const known = new Set(payouts.map(({ payoutId }) => payoutId))
  const strangers = new Set(Object.values(entries).flatMap(each => [...each.keys()])).difference(known)
  return [
    ...[...strangers].map(reference => `${reference}: the bank has it, and we have not`),
    ...payouts.flatMap(payout => {
      const {
        taken = [],
        paid = [],
        returned = [],
      } = Object.fromEntries(Object.entries(entries).map(([name, all]) => [name, all.get(payout.payoutId)]))
      const counts = { taken: taken.length, paid: paid.length, returned: returned.length }
      return [...countProblems(payout, counts), ...amountProblems(payout, [...taken, ...paid, ...returned])]
    }),
    ...batchProblems(payouts),
  ]
}

function countProblems({ payoutId, state }: PayoutFact, found: AtBank): string[] {
  const isRight = wanted[state]?.some(
    ({ taken, paid, returned }) => taken === found.taken && paid === found.paid && returned === found.returned,
  )
  if (isRight) return []
  const { taken, paid, returned } = found
  return [`${payoutId}: ${state} here; at the bank taken ${taken}, paid ${paid}, returned ${returned} times`]
}

const amountProblems = (
  { payoutId, amount, currency }: PayoutFact,
  entries: readonly { amount: number; currency: string }[],
): string[] =>
  entries
    .filter(entry => Math.abs(entry.amount) !== amount || entry.currency !== currency)
    .map(entry => `${payoutId}: ${amount} ${currency} here, ${entry.amount} ${entry.currency} at the bank`)

/** A batch has at most one payout that may move its money, of its whole sum; it is PAID by one. */
function batchProblems(payouts: readonly PayoutFact[]): string[] {
  return [...Map.groupBy(payouts, ({ batchId }) => batchId)].flatMap(([batchId, own]) => {
    const living = own.filter(({ state }) => state !== 'FAILED' && state !== 'CANCELED')
    const isPaid = living.some(({ state }) => state === 'PAID' || state === 'RETURNED')
    const { batchState } = own[0]!
    return [
      ...(living.length > 1 ? [`${batchId}: ${living.length} payouts that move its money`] : []),
      ...own.filter(({ amount, batchNet }) => amount !== batchNet).map(each => `${each.payoutId}: not its batch's sum`),
      ...(isPaid === (batchState === 'PAID') ? [] : [`${batchId}: it is ${batchState}, and its payouts are not so`]),
    ]
  })
}
