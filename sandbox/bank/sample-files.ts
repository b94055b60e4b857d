/** Payout files as tests want them, and statements as a tree. */
import { SaxesParser } from 'saxes'
import { PAYOUT_FILE_NAMESPACE } from '../../shared/contracts/bank.ts'
import { leaf, node } from './xml.ts'

export interface SamplePayout {
  id: string
  account?: string
  amount?: string
  currency?: string
}

export interface SampleFile {
  messageId?: string
  payouts?: readonly SamplePayout[]
  requestedOn?: string
  count?: string
  sum?: string
  groupCount?: string
  groupSum?: string
  method?: string
  debtor?: string
  /** Before the document. */
  prolog?: string
  namespace?: string
}

const payoutOf = ({ id, account = 'acct_pay', amount = '10000', currency = 'KRW' }: SamplePayout): string =>
  node(
    'CdtTrfTxInf',
    node('PmtId', leaf('EndToEndId', id)),
    node('Amt', leaf('InstdAmt', amount, { Ccy: currency })),
    node('Cdtr', leaf('Nm', `Shop & ${id}`)),
    node('CdtrAcct', node('Id', node('Othr', leaf('Id', account)))),
    node('RmtInf', leaf('Ustrd', `batch of ${id}`)),
  )

/** A file that is right, but for what is given. The sums are those of whole amounts. */
export function payoutFile(file: SampleFile = {}): string {
  const { messageId = 'file-1', payouts = [{ id: 'pay-1' }], requestedOn = '2026-12-01' } = file
  const sum = String(payouts.reduce((total, { amount = '10000' }) => total + Number(amount), 0))
  const count = String(payouts.length)
  const header = node(
    'GrpHdr',
    leaf('MsgId', messageId),
    leaf('CreDtTm', '2026-12-01T09:00:00+09:00'),
    leaf('NbOfTxs', file.count ?? count),
    leaf('CtrlSum', file.sum ?? sum),
    node('InitgPty', leaf('Nm', 'payment-backend')),
  )
  const group = node(
    'PmtInf',
    leaf('PmtInfId', `${messageId}-1`),
    leaf('PmtMtd', file.method ?? 'TRF'),
    leaf('NbOfTxs', file.groupCount ?? count),
    leaf('CtrlSum', file.groupSum ?? sum),
    node('ReqdExctnDt', leaf('Dt', requestedOn)),
    node('Dbtr', leaf('Nm', 'payment-backend')),
    node('DbtrAcct', node('Id', node('Othr', leaf('Id', file.debtor ?? 'operating')))),
    ...payouts.map(payoutOf),
  )
  const { prolog = '<?xml version="1.0" encoding="UTF-8"?>', namespace = PAYOUT_FILE_NAMESPACE } = file
  return `${prolog}\n<Document xmlns="${namespace}">${node('CstmrCdtTrfInitn', header, group)}</Document>\n`
}

export interface Element {
  name: string
  attributes: Record<string, string>
  text: string
  children: Element[]
}

/** The root of a document. */
export function treeOf(xml: string): Element {
  const root: Element = { name: '', attributes: {}, text: '', children: [] }
  const open = [root]
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '', children: [] }
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('text', text => {
    open.at(-1)!.text += text
  })
  parser.on('closetag', () => void open.pop())
  parser.write(xml).close()
  return root.children[0]!
}

/** All elements at this path below the element, such as `BkToCstmrStmt/Stmt`. */
export const allAt = (element: Element, path: string): Element[] =>
  path
    .split('/')
    .reduce((found, name) => found.flatMap(({ children }) => children.filter(child => child.name === name)), [element])

/** The text of the only element at this path. Throws when there is none, or more. */
export function textAt(element: Element, path: string): string {
  const found = allAt(element, path)
  if (found.length !== 1) throw new Error(`${found.length} elements at ${path}`)
  return found[0]!.text
}
