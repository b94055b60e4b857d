/** Writes what has to be kept apart for merchants at the end of each day, and what is. */
import { addDays, dayEndsAtMs, soldOn } from '../domain/business-days.ts'
import { type Clock, DuplicateKeyError, type SeparateTransactions } from '../payments/ports.ts'
import type { DayOfFunds, FundsAtClose, FundsBooks, FundsDays, SafeguardedFunds } from './ports.ts'

export interface DailyFundsPorts {
  transactions: SeparateTransactions
  fundsBooks: FundsBooks
  fundsDays: FundsDays
  clock: Clock
}

/** Where the days of funds end. */
const IN_SEOUL = { timezone: 'Asia/Seoul', cutoff: '24:00' }

/** Virtual time: what happened before the end of a day is written by then, as long as consumers keep up. */
export const BOOKED_WITHIN_MS = 5 * 60_000
/** A statement may come so many days late. */
const STATEMENT_DAYS_MAX = 40

/**
 * Every day that has ended since the last one that was calculated; at first only yesterday. Then days whose statement has come since
 * are corrected. Begins nothing after `deadlineMs` (epoch). Throws DependencyUnavailableError.
 */
export async function dailyFunds(
  ports: DailyFundsPorts,
  deadlineMs: number,
): Promise<{ calculated: number; corrected: number }> {
  await ports.clock.catchUp()
  const newest = lastEndedDay(ports.clock.virtualNowMs() - BOOKED_WITHIN_MS)
  const last = await ports.fundsDays.lastDay()
  let calculated = 0
  for (let day = last === undefined ? newest : addDays(last, 1); day <= newest; day = addDays(day, 1)) {
    if (ports.clock.nowMs() >= deadlineMs) break
    if (await calculate(ports, day)) calculated++
  }
  return { calculated, corrected: await correctSafeguarded(ports, newest, deadlineMs) }
}

const lastEndedDay = (virtualNowMs: number): string => addDays(soldOn(virtualNowMs, IN_SEOUL), -1)

/** False when there is nothing to say, or another run has said it. */
async function calculate({ fundsBooks, fundsDays, transactions, clock }: DailyFundsPorts, day: string) {
  const calculatedAtMs = clock.nowMs()
  const required = requiredFunds(await fundsBooks.readAt(dayEndsAtMs(day, IN_SEOUL)))
  const statement = await fundsBooks.statementUpTo(day)
  const currencies = new Set([...required.keys(), ...(statement?.balances ?? []).map(({ currency }) => currency)])
  const rows = [...currencies].sort().map(currency => ({
    ...{ day, currency, requiredMinor: required.get(currency) ?? 0n, calculatedAtMs },
    ...safeguardedOf(statement, currency),
  }))
  if (rows.length === 0) return false
  try {
    await transactions.run('funds', tx => fundsDays.insert(tx, rows))
    return true
  } catch (error) {
    if (error instanceof DuplicateKeyError) return false
    throw error
  }
}

/**
 * By currency: what merchants are owed that is in no closed batch, of each by itself and never less than 0, so that what one owes does
 * not pay another; with what is in closed batches, what is reserved, and what is on its way.
 */
export function requiredFunds({ owed, reserved, inTransit }: FundsAtClose): Map<string, bigint> {
  const required = new Map<string, bigint>()
  const add = (currency: string, minor: bigint) => required.set(currency, (required.get(currency) ?? 0n) + minor)
  for (const { currency, payableMinor, closedMinor } of owed) {
    const openMinor = payableMinor - closedMinor
    add(currency, closedMinor + (openMinor > 0n ? openMinor : 0n))
  }
  for (const { currency, amountMinor } of [...reserved, ...inTransit]) add(currency, amountMinor)
  return required
}

function safeguardedOf(
  statement: SafeguardedFunds | undefined,
  of: string,
): Pick<DayOfFunds, 'safeguardedMinor' | 'statementDay'> {
  const balance = statement?.balances.find(({ currency }) => currency === of)
  return { safeguardedMinor: balance?.amountMinor ?? 0n, statementDay: statement?.day ?? null }
}

/** The bank writes a day's statement after the day. Returns how many rows it changed. */
async function correctSafeguarded(ports: DailyFundsPorts, newest: string, deadlineMs: number): Promise<number> {
  let corrected = 0
  for (const row of await ports.fundsDays.listWithoutStatement(addDays(newest, -STATEMENT_DAYS_MAX))) {
    if (ports.clock.nowMs() >= deadlineMs) break
    const statement = await ports.fundsBooks.statementUpTo(row.day)
    if (statement === undefined || statement.day === row.statementDay) continue
    await ports.fundsDays.correct({ ...row, ...safeguardedOf(statement, row.currency) })
    corrected++
  }
  return corrected
}
