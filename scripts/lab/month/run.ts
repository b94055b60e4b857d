/** The month on a system of its own: 31 days of sales on the sandbox clock, paid out, reconciled, and audited at the end. */

import type { FoundSystem } from '../../operate/find-system.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import type { VerifyReport } from '../../operate/verify/verify-system.ts'
import { createRandom } from '../random.ts'
import { auditMonth, type MonthAudit } from './auditor/audit.ts'
import { gatherMonth } from './auditor/gather.ts'
import { merchants } from './merchants.ts'
import { make, mistakes } from './mistakes.ts'
import { agreeOn, approveAll, type OfficePorts, officePorts, openOffice } from './office.ts'
import { DAYS, planOf } from './plan.ts'
import { type Sales, Shop } from './shop.ts'
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
  audit: MonthAudit
  verify: VerifyReport
  problems: string[]
}

const SETTLE_MS = 60_000
/** Days without sales: the last payouts are made, and what is missing is seen to be. */
const DAYS_AFTER = 12
/** On this day an operator writes down another account for the merchant whose account is closed; it is paid to from the next day on. */
const NEW_ACCOUNT_DAY = 15
const newAccount = {
  ...merchants.find(({ terms }) => terms.accountToken === 'acct_fail')!,
  terms: { accountToken: 'acct_late' },
}

export async function runMonth(
  system: FoundSystem,
  settings: MonthSettings,
  say: (line: string) => void,
): Promise<MonthResult> {
  const ports = officePorts(system)
  try {
    return await play(system, ports, settings, say)
  } finally {
    await ports.database.close()
  }
}

async function play(
  system: FoundSystem,
  ports: OfficePorts,
  settings: MonthSettings,
  say: (line: string) => void,
): Promise<MonthResult> {
  const { apiUrl, databaseUrl, config } = system
  const { acquirerUrl, bankUrl } = config
  const shop = new Shop(apiUrl, `month-${settings.seed}`)
  const days = planOf(createRandom(settings.seed), settings.payments)
  await openOffice(ports)
  for (const merchant of merchants) await agreeOn(ports, merchant, 'the contract')
  let now = await advance(apiUrl, untilMorning(Date.now()))
  const from = dayOf(now)
  let filesApproved = 0
  for (let day = 0; day < DAYS + DAYS_AFTER; day++) {
    await shop.openDay(day, days[day] ?? [])
    for (const mistake of mistakes.filter(each => each.day === day)) {
      await make(bankUrl, mistake)
      say(`${dayOf(now)}  ${mistake.what}`)
    }
    if (day === NEW_ACCOUNT_DAY) await agreeOn(ports, newAccount, 'the merchant has a new account')
    now = await advance(apiUrl, 'P1D')
    filesApproved += await approveAll(ports)
    if (day % 7 === 6) say(`${dayOf(now)}  ${shop.sales.payments} payments, ${filesApproved} payout files approved`)
  }
  now = await advance(apiUrl, 'P1D')
  const report = await verify(system, { ...defaultOptions, settleMs: SETTLE_MS })
  const audit = auditMonth(await gatherMonth({ databaseUrl, acquirerUrl, bankUrl }), dayOf(now))
  const ended = { settings, from, to: dayOf(now), sales: shop.sales, filesApproved, audit, verify: report }
  return { ...ended, problems: problemsOf(ended) }
}

function problemsOf({ audit, verify: { results, pending } }: Pick<MonthResult, 'audit' | 'verify'>): string[] {
  const broken = results.filter(({ ok }) => !ok).map(({ name }) => name)
  return [
    ...audit.checks.flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`)),
    ...(broken.length > 0 ? [`invariants broken: ${broken.join(', ')}`] : []),
    ...(pending > 0 ? [`${pending} findings are still pending`] : []),
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
