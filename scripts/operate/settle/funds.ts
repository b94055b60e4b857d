/** What has to be kept apart for merchants, day by day; and transfers to the safeguarded account and back. */
import { moveFunds, transferOf } from '../../../shared/books/move-funds.ts'
import type { DayOfFunds, OwnTransfer, TransferVerdict } from '../../../shared/books/ports.ts'
import { missingIn } from '../../../shared/books/short-funds.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { majorUnits } from '../csv.ts'
import { mayChange } from '../may-change.ts'
import type { SettleAction } from './settle-action.ts'

const ROWS_MAX = 60

export const funds: SettleAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const days = await ports.fundsDays.listNewest(ROWS_MAX)
    writeJson(json, days.map(textsOf))
    if (json !== true) for (const line of [...fundsLines(days), ...adviceLines(days)]) console.log(printable(line))
    return 0
  },
}

export const safeguard: SettleAction = {
  changes: true,
  role: 'operator',
  wordsMax: 0,
  flags: ['currency', 'amount', 'back'],
  async run({ ports, system, flags: { currency, amount, back, yes }, by }) {
    if (currency === undefined) throw new WrongArguments('safeguard wants --currency.')
    if (system.bankUrl === null)
      return refused(
        'Nothing says which bank this database belongs to: BANK_URL does, best in the --env-file of the system.',
      )
    const newest = (await ports.fundsDays.listNewest(ROWS_MAX)).find(row => row.currency === currency)
    if (newest === undefined) return refused(`No day of ${currency} has been calculated yet.`)
    const amountMinor = amount ?? Number(back === true ? tooMuchIn(newest) : missingIn(newest))
    if (amountMinor === 0) return refused(`Nothing ${back === true ? 'is too much' : 'is missing'}: say --amount.`)
    // Its transfer would have another name than the one of the day before, so that the same money would move again.
    if (amount === undefined && isOld(newest)) return refused(`${oldLine(newest)} Wait for it, or say --amount.`)
    if (!Number.isSafeInteger(amountMinor)) return refused('It is more than one transfer may be: say --amount.')
    const transfer = transferOf(newest.day, { currency, amountMinor, isBack: back === true })
    if (
      !(await mayChange(system, {
        typed: 'npm run settle',
        question: questionOf(transfer, system.bankUrl),
        yes: yes === true,
      }))
    )
      return 1
    const verdict = await moveFunds(ports, transfer, by)
    console.log(printable(verdictLine(verdict, transfer)))
    return verdict.kind === 'made' ? 0 : 1
  },
}

function refused(line: string): number {
  console.log(printable(line))
  return 1
}

const tooMuchIn = ({ requiredMinor, safeguardedMinor }: DayOfFunds): bigint =>
  safeguardedMinor > requiredMinor ? safeguardedMinor - requiredMinor : 0n

/** What was moved since its statement is not in it. */
const isOld = ({ day, statementDay }: DayOfFunds): boolean => statementDay !== day

const oldLine = ({ day }: DayOfFunds): string =>
  `The safeguarded account's statement of ${day} has not come, so that what was moved since the one before is not seen.`

/** With the host of the bank, and no login. */
const questionOf = ({ from, to, amountMinor, currency, reference }: OwnTransfer, bankUrl: string): string =>
  `Move ${majorUnits(BigInt(amountMinor), currency)} ${currency} from the ${from} to the ${to} account, as ${reference}, at the bank ${URL.parse(bankUrl)?.host ?? bankUrl}?`

export function verdictLine(verdict: TransferVerdict, { reference, to }: OwnTransfer): string {
  switch (verdict.kind) {
    case 'made':
      return `The bank has made ${reference}. It is booked with the statements of both accounts, after the day.`
    case 'refused':
      return `The bank has not made ${reference}: ${verdict.detail}`
    case 'unknown':
      return `The bank gave no clear answer (${verdict.detail}). Ask again for the same amount: it moves ${reference} to the ${to} account once.`
  }
}

export function fundsLines(days: readonly DayOfFunds[]): string[] {
  if (days.length === 0) return ['No day has been calculated yet: daily-funds does it after midnight in Seoul.']
  const rows = days.map(row => {
    const text = (minor: bigint) => majorUnits(minor, row.currency)
    const amounts = [text(row.requiredMinor), text(row.safeguardedMinor), text(missingIn(row))]
    return [row.day, row.currency, ...amounts, statementNote(row)]
  })
  return tableLines([['day', 'currency', 'required', 'safeguarded', 'missing', ''], ...rows], [2, 3, 4])
}

function statementNote({ day, statementDay }: DayOfFunds): string {
  if (statementDay === day) return ''
  return statementDay === null ? 'no statement so far' : `by the statement of ${statementDay}`
}

/** Of the newest day of each currency. */
export function adviceLines(days: readonly DayOfFunds[]): string[] {
  const newest = [...Map.groupBy(days, ({ currency }) => currency).values()].map(([row]) => row!)
  return newest.flatMap(row => {
    const missing = missingIn(row)
    if (missing === 0n) return []
    const { currency } = row
    const amount = isOld(row) ? ` --amount ${missing}` : ''
    return [
      ...(isOld(row) ? [oldLine(row)] : []),
      `${majorUnits(missing, currency)} ${currency} is missing: npm run settle -- safeguard --currency ${currency}${amount} --reason TEXT`,
    ]
  })
}

/** Amounts are text: they may be more than a JSON number holds. Minor units. */
const textsOf = ({ requiredMinor, safeguardedMinor, ...row }: DayOfFunds) => ({
  ...row,
  requiredMinor: String(requiredMinor),
  safeguardedMinor: String(safeguardedMinor),
})
