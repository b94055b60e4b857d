/** The month on a system of its own: 31 days of sales on the sandbox clock, paid out, reconciled, and audited at the end. */

import type { FoundSystem } from '../../operate/find-system.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import type { VerifyReport } from '../../operate/verify/verify-system.ts'
import { createRandom } from '../random.ts'
import { auditMonth, type MonthAudit } from './auditor/audit.ts'
import { gatherMonth } from './auditor/gather.ts'
import { lackingIn, type MonthParts, partsOf } from './completeness.ts'
import { dayAfter, daysUntilMonth, holidaysBetween } from './holidays.ts'
import { merchants } from './merchants.ts'
import { make, mistakes } from './mistakes.ts'
import { agreeOn, approveAll, type OfficePorts, officePorts, openOffice } from './office.ts'
import { DAYS, type Purchase, planOf } from './plan.ts'
import { giveUpDisputes, workOnBreaks } from './resolve.ts'
import { type Sales, Shop } from './shop.ts'
import { Stopwatch } from './stopwatch.ts'
import { advance } from './virtual-days.ts'

export interface MonthSettings {
  seed: number
  payments: number
}

export interface MonthResult {
  settings: MonthSettings
  /** Virtual days in Seoul. */
  from: string
  to: string
  sales: Sales
  filesApproved: number
  disputesGivenUp: number
  breaksWorkedOn: number
  parts: MonthParts
  /** Real seconds. */
  spent: Record<string, number>
  audit: MonthAudit
  verify: VerifyReport
  problems: string[]
}

const SETTLE_MS = 60_000
/** Days without sales, some at once: the last payouts are made, and what is missing is seen to be. */
const JUMPS_AFTER_DAYS = [1, 1, 2, 2, 3, 3]
const LOOKS = DAYS + JUMPS_AFTER_DAYS.length
/**
 * By day, the account that an operator writes down for the merchant whose account is closed; it is paid to from the next day on. The first
 * pays a day late: until then the bank is asked again and again, and the clock stops each time.
 */
const newAccounts: Partial<Record<number, string>> = { 15: 'acct_late', 18: 'acct_pay' }
const closedAccount = merchants.find(({ terms }) => terms.accountToken === 'acct_fail')!
/** Batches of so many days ago are paid. */
const PAID_AFTER_DAYS = 7

export async function runMonth(
  system: FoundSystem,
  settings: MonthSettings,
  say: (line: string) => void,
): Promise<MonthResult> {
  const ports = officePorts(system)
  try {
    return await new Month(system, ports, settings, say).play()
  } finally {
    await ports.database.close()
  }
}

class Month {
  readonly #system: FoundSystem
  readonly #ports: OfficePorts
  readonly #settings: MonthSettings
  readonly #say: (line: string) => void
  readonly #shop: Shop
  readonly #watch = new Stopwatch()
  #now = new Date()
  #filesApproved = 0
  #disputesGivenUp = 0
  #breaksWorkedOn = 0

  constructor(system: FoundSystem, ports: OfficePorts, settings: MonthSettings, say: (line: string) => void) {
    this.#system = system
    this.#ports = ports
    this.#settings = settings
    this.#say = say
    this.#shop = new Shop(system.apiUrl, `month-${settings.seed}`)
  }

  async play(): Promise<MonthResult> {
    await this.#begin()
    const from = this.#today
    const { seed, payments } = this.#settings
    const days = planOf(createRandom(seed), payments)
    for (let look = 0; look < LOOKS; look++) {
      await this.#workDay(look, days[look] ?? [])
      await this.#advance(`P${look < DAYS ? 1 : JUMPS_AFTER_DAYS[look - DAYS]!}D`)
      await this.#watch.of('approving', () => this.#decide())
      if (look % 7 === 6) this.#report()
    }
    await this.#finish()
    return this.#end(from)
  }

  get #today(): string {
    return dayOf(this.#now)
  }

  async #begin(): Promise<void> {
    await openOffice(this.#ports)
    for (const merchant of merchants) await agreeOn(this.#ports, merchant, 'the contract')
    await this.#advance(untilMorning(Date.now()))
    const wait = daysUntilMonth(this.#today)
    if (wait > 0) await this.#advance(`P${wait}D`)
  }

  /** Refunds go on after the last sale. */
  async #workDay(look: number, purchases: readonly Purchase[]): Promise<void> {
    await this.#watch.of('selling', () => this.#shop.openDay(look, purchases))
    for (const mistake of mistakes.filter(({ day }) => day === look)) {
      await make(this.#system.config.bankUrl, mistake, dayAfter(this.#today, -PAID_AFTER_DAYS))
      this.#say(`${this.#today}  ${mistake.what}`)
    }
    const accountToken = newAccounts[look]
    if (accountToken === undefined) return
    await agreeOn(this.#ports, { ...closedAccount, terms: { accountToken } }, 'the merchant has a new account')
  }

  async #decide(): Promise<void> {
    this.#filesApproved += await approveAll(this.#ports)
    this.#disputesGivenUp += await giveUpDisputes(this.#ports, this.#shop.givenUp)
  }

  async #finish(): Promise<void> {
    this.#breaksWorkedOn = await this.#watch.of('approving', () => workOnBreaks(this.#ports))
    await this.#advance('P1D')
  }

  async #advance(duration: string): Promise<void> {
    this.#now = await this.#watch.of('moving the clock', () => advance(this.#system.apiUrl, duration))
  }

  #report(): void {
    this.#say(`${this.#today}  ${this.#shop.sales.payments} payments, ${this.#filesApproved} payout files approved`)
  }

  async #end(from: string): Promise<MonthResult> {
    const { databaseUrl, config } = this.#system
    const { acquirerUrl, bankUrl } = config
    const verifying = () => verify(this.#system, { ...defaultOptions, settleMs: SETTLE_MS })
    const report = await this.#watch.of('verifying', verifying)
    const facts = await this.#watch.of('auditing', () => gatherMonth({ databaseUrl, acquirerUrl, bankUrl }))
    const holidays = holidaysBetween(from, dayAfter(from, DAYS)).map(({ day, name }) => `${day} ${name}`)
    const ended = {
      ...{
        settings: this.#settings,
        from,
        to: this.#today,
        sales: this.#shop.sales,
        filesApproved: this.#filesApproved,
      },
      ...{ disputesGivenUp: this.#disputesGivenUp, breaksWorkedOn: this.#breaksWorkedOn, spent: this.#watch.seconds },
      ...{ parts: partsOf(facts, holidays), audit: auditMonth(facts, this.#today), verify: report },
    }
    return { ...ended, problems: problemsOf(ended) }
  }
}

function problemsOf({ audit, parts, verify: { results, pending } }: Omit<MonthResult, 'problems'>): string[] {
  const broken = results.filter(({ ok }) => !ok).map(({ name }) => name)
  return [
    ...audit.checks.flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`)),
    ...(broken.length > 0 ? [`invariants broken: ${broken.join(', ')}`] : []),
    ...(pending > 0 ? [`${pending} findings are still pending`] : []),
    ...lackingIn(parts).map(what => `the month had no ${what}`),
  ]
}

const HOUR_MS = 3_600_000
const SEOUL_MS = 9 * HOUR_MS
const DAY_MS = 24 * HOUR_MS

const dayOf = (at: Date): string => new Date(at.getTime() + SEOUL_MS).toISOString().slice(0, 10)

/** To ten in the morning in Seoul: a day's sales are made within a few real seconds, far from midnight. */
function untilMorning(nowMs: number): string {
  const morningMs = Math.floor((nowMs + SEOUL_MS) / DAY_MS) * DAY_MS + DAY_MS + 10 * HOUR_MS - SEOUL_MS
  return `PT${Math.ceil((morningMs - nowMs) / 1_000)}S`
}
