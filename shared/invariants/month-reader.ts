/** The SQL of the invariants about closed months: adds up the entries of each, every entry once. */
import type { Query } from './database-reader.ts'
import type { CheckedMonth, MonthFigures } from './month-invariants.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

/** Seoul has no summer time. */
const SEOUL_MS = 9 * 60 * 60_000

const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text)

/** The first moment after the month, in Seoul. */
function endOf(month: string): Date {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year!, number!, 1) - SEOUL_MS)
}

/** Every month in their order; before them those that have no row. */
export async function* readClosedMonths(query: Query): AsyncGenerator<CheckedMonth> {
  const closed = (await query('SELECT * FROM closed_month ORDER BY month', [])).filter(row => isMonth(row.month))
  const roles = new Map((await query('SELECT name, role FROM operator', [])).map(({ name, role }) => [name, role]))
  const audited = await query("SELECT subject, actor FROM audit_log WHERE action = 'month.closed' ORDER BY id", [])
  const withFigures = await query('SELECT DISTINCT month FROM closed_month_account', [])
  const sums = new MonthSums()
  const others = unknownMonths(closed, [...audited.map(row => row.subject), ...withFigures.map(row => row.month)])
  for (const month of others) yield { ...checked(month, null, audited, [], sums), closerRole: null }
  for (const [place, row] of closed.entries()) {
    sums.addAll(await query(...sumsOf(closed, place)), closed)
    const kept = await query('SELECT * FROM closed_month_account WHERE month = ?', [row.month])
    yield { ...checked(row.month, row, audited, kept, sums), closerRole: roles.get(row.closed_by) ?? null }
    sums.forget(row.month)
  }
}

const unknownMonths = (closed: readonly Row[], named: readonly string[]): string[] => {
  const known = new Set(closed.map(({ month }) => month))
  return [...new Set(named)].filter(month => !known.has(month)).sort()
}

/**
 * Of the days of one month (of the first also those before it), by the month that each entry is of: the first from its own on that was
 * not closed when it was recorded. So every entry is read once, and late ones are kept until their month comes.
 */
function sumsOf(closed: readonly Row[], place: number): [sql: string, values: unknown[]] {
  const later = closed.slice(place)
  const cases = later.map((_, index) => `WHEN recorded_at < ? THEN ${place + index}`).join(' ')
  const from = place === 0 ? new Date(0) : endOf(closed[place - 1]!.month)
  return [
    `SELECT CASE ${cases} ELSE NULL END AS place, debit_account, credit_account, currency, SUM(amount) AS total, COUNT(*) AS entries
     FROM ledger_entry FORCE INDEX (ledger_entry_by_time) WHERE occurred_at >= ? AND occurred_at < ?
     GROUP BY place, debit_account, credit_account, currency`,
    [...later.map(row => row.known_until), from, endOf(closed[place]!.month)],
  ]
}

interface FoundMonth {
  entries: number
  /** By currency and account. */
  accounts: Map<string, MonthFigures>
}

class MonthSums {
  readonly #months = new Map<string, FoundMonth>()

  of(month: string): FoundMonth {
    const known = this.#months.get(month)
    if (known !== undefined) return known
    const made = { entries: 0, accounts: new Map<string, MonthFigures>() }
    this.#months.set(month, made)
    return made
  }

  forget(month: string): void {
    this.#months.delete(month)
  }

  /** Without a place they are of a month that is open. */
  addAll(rows: readonly Row[], closed: readonly Row[]): void {
    for (const { place, debit_account, credit_account, currency, total, entries } of rows) {
      if (place === null) continue
      const month = this.of(closed[place]!.month)
      month.entries += entries
      figuresOf(month, debit_account, currency).debits += BigInt(total)
      figuresOf(month, credit_account, currency).credits += BigInt(total)
    }
  }
}

function figuresOf({ accounts }: FoundMonth, account: string, currency: string): MonthFigures {
  const name = `${currency} ${account}`
  const known = accounts.get(name)
  if (known !== undefined) return known
  const made = { debits: 0n, credits: 0n }
  accounts.set(name, made)
  return made
}

function checked(
  month: string,
  row: Row | null,
  audited: readonly Row[],
  kept: readonly Row[],
  sums: MonthSums,
): Omit<CheckedMonth, 'closerRole'> {
  const found = sums.of(month)
  const keptBy = new Map(kept.map(each => [`${each.currency} ${each.account}`, each]))
  const names = [...new Set([...keptBy.keys(), ...found.accounts.keys()])].sort()
  return {
    month,
    closed: row && { knownUntilMs: row.known_until.getTime(), entries: row.entry_count, closedBy: row.closed_by },
    auditedBy: audited.filter(({ subject }) => subject === month).map(({ actor }) => actor),
    foundEntries: found.entries,
    accounts: names.map(name => {
      const [currency = '', account = ''] = name.split(' ')
      const { debits = 0, credits = 0 } = keptBy.get(name) ?? {}
      const figures = found.accounts.get(name) ?? { debits: 0n, credits: 0n }
      return { account, currency, kept: { debits: BigInt(debits), credits: BigInt(credits) }, found: figures }
    }),
  }
}
