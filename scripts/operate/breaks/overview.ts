/** Open breaks by class, currency and age, and whether they are all that recon_suspense holds. */
import { ageBuckets } from '../../../shared/domain/break-age.ts'
import { SUSPENSE } from '../../../shared/domain/recon-ledger.ts'
import { type AgedBreaks, agedBreaks, agesNow } from '../../../shared/reconciliation/age-of-breaks.ts'
import { type SuspenseBalance, suspenseBalances } from '../../../shared/reconciliation/suspense.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import type { BreaksAction } from './breaks-action.ts'

export const overview: BreaksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports, flags: { json } }) {
    const ageOf = await agesNow(ports)
    const open = agedBreaks(await ports.breakReader.sumOpen(), ageOf)
    const suspense = await suspenseBalances(ports)
    writeJson(json, { open: open.map(plainOf), suspense: suspense.map(balanceOf) })
    if (json !== true) for (const line of overviewLines(open, suspense)) console.log(printable(line))
    return 0
  },
}

const plainOf = ({ remainingMinor, absoluteMinor, ...of }: AgedBreaks) => ({
  ...of,
  remaining: String(remainingMinor),
  absolute: String(absoluteMinor),
})

const balanceOf = ({ currency, balanceMinor }: SuspenseBalance) => ({ currency, balance: String(balanceMinor) })

export function overviewLines(open: readonly AgedBreaks[], suspense: readonly SuspenseBalance[]): string[] {
  return [...openLines(open), ...suspense.map(balance => suspenseLine(balance, open))]
}

function openLines(open: readonly AgedBreaks[]): string[] {
  if (open.length === 0) return ['There is no open break.']
  const heads = ['class', 'currency', 'open', ...ageBuckets.map(({ name }) => `${name} days`), 'remaining', 'in all']
  const rows = open.map(({ class: name, currency, count, byAge, remainingMinor, absoluteMinor }) => [
    ...[name, currency, String(count), ...ageBuckets.map(bucket => String(byAge[bucket.name]))],
    ...[String(remainingMinor), String(absoluteMinor)],
  ])
  return tableLines([heads, ...rows], [2, 3, 4, 5, 6, 7, 8])
}

/** The account is the open breaks and nothing else. */
function suspenseLine({ currency, balanceMinor }: SuspenseBalance, open: readonly AgedBreaks[]): string {
  const own = open.filter(each => each.currency === currency)
  const heldMinor = own.reduce((sum, { remainingMinor }) => sum + remainingMinor, 0n)
  const line = `${SUSPENSE} holds ${balanceMinor} ${currency} (minor units, debit positive)`
  return heldMinor === balanceMinor
    ? `${line}: what the open breaks hold.`
    : `${line}, and the open breaks hold ${heldMinor}: \`npm run verify\` says which break it is, unless one was booked at this moment.`
}
