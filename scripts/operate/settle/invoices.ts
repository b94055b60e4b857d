/** Invoices of negative balances, the newest first; and giving one up, by whom the token says. */
import { type LoseOutcome, loseInvoice } from '../../../shared/settlement/lose-invoice.ts'
import type { Invoice } from '../../../shared/settlement/ports.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { mayChange } from '../may-change.ts'
import type { SettleAction } from './settle-action.ts'

/** One more than are shown says that there are more. */
const ROWS_MAX = 100

export const invoices: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const found = await ports.invoices.listNewest(words[0], ROWS_MAX + 1)
    writeJson(json, found.slice(0, ROWS_MAX))
    if (json !== true) for (const line of invoiceLines(found)) console.log(printable(line))
    return 0
  },
}

export const lose: SettleAction = {
  changes: true,
  role: 'approver',
  wordsMin: 1,
  wordsMax: 1,
  flags: [],
  async run({ ports, system, words, flags, by }) {
    const invoiceId = words[0]!
    if (!invoiceId.startsWith('inv_'))
      throw new WrongArguments(`${invoiceId} is no invoice: \`npm run settle -- invoices\` lists them.`)
    const question = `Give up what remains of ${invoiceId}? It becomes bad_debt.`
    if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
    // This command is not told where Kafka is. The sweep rings for the event, within seconds.
    const { transactions, invoices: table, settlementLedger, outbox, auditLog, clock, ids } = ports
    const outcome = await loseInvoice(
      { transactions, invoices: table, settlementLedger, outbox, auditLog, clock, ids },
      invoiceId,
      by,
    )
    for (const line of loseLines(invoiceId, outcome)) console.log(printable(line))
    return outcome.kind === 'lost' ? 0 : 1
  },
}

export function loseLines(invoiceId: string, outcome: LoseOutcome): string[] {
  switch (outcome.kind) {
    case 'lost':
      return [`${invoiceId} is LOST: ${outcome.lostMinor} ${outcome.invoice.currency} in minor units.`]
    case 'not_found':
      return ['Nothing was done: there is none with this id.']
    case 'not_open':
      return [`Nothing was done: it is ${outcome.state}.`]
  }
}

export function invoiceLines(found: readonly Invoice[]): string[] {
  if (found.length === 0) return ['There is no invoice.']
  const rows = found
    .slice(0, ROWS_MAX)
    .map(({ invoiceId, merchantId, currency, negativeSince, state, amountMinor, remainingMinor }) => [
      ...[invoiceId, merchantId, currency, negativeSince, state],
      ...[String(amountMinor), String(remainingMinor)],
    ])
  const heads = ['invoice', 'merchant', 'currency', 'negative since', 'state', 'amount (minor units)', 'remains']
  const lines = tableLines([heads, ...rows], [5, 6])
  return found.length > ROWS_MAX ? [...lines, `… and more; these are the newest ${ROWS_MAX}`] : lines
}
