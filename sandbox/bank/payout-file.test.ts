/** Payout files: what is read, what is malformed, and what is rejected whole. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { judgeFile } from './judge-file.ts'
import { PayoutFileReader } from './payout-file.ts'
import { payoutFile, type SampleFile } from './sample-files.ts'

/** In chunks that cut characters and tags anywhere. */
function read(text: string | Uint8Array, chunkBytes = 7) {
  const bytes = Buffer.from(text as string)
  const reader = new PayoutFileReader()
  for (let from = 0; from < bytes.length; from += chunkBytes) reader.write(bytes.subarray(from, from + chunkBytes))
  return reader.end()
}

const judged = (file: SampleFile) => judgeFile(read(payoutFile(file)))
const edited = (from: string, to: string) => judgeFile(read(payoutFile().replace(from, to)))

describe('a file that is right', () => {
  test('has its payouts, with amounts in minor units', () => {
    const payouts = [
      { id: 'p-1', amount: '10000' },
      { id: 'p-2', amount: '0.05', currency: 'USD', account: 'acct_fail' },
      { id: 'p-3', amount: '1.005', currency: 'KWD' },
    ]
    const sum = '10001.0550'
    const judgement = judged({ payouts, sum, groupSum: sum, debtor: 'safeguarded' })
    const common = { debtorAccount: 'safeguarded', requestedOn: '2026-12-01' }
    expect(judgement).toMatchObject({
      kind: 'fits',
      orders: [
        { ...common, endToEndId: 'p-1', amountMinor: 10_000, currency: 'KRW', account: 'acct_pay' },
        { ...common, endToEndId: 'p-2', amountMinor: 5, currency: 'USD', account: 'acct_fail' },
        { ...common, endToEndId: 'p-3', amountMinor: 1_005, currency: 'KWD', creditor: 'Shop & p-3' },
      ],
    })
  })

  test.each([1, 3, 1_000_000])('reads the same in chunks of %d bytes, and has the hash of its bytes', chunkBytes => {
    const text = payoutFile().replace('Shop &amp; pay-1', '가게 <![CDATA[&]]> pay-1')
    const file = read(text, chunkBytes)
    expect(file.sha256).toBe(createHash('sha256').update(text).digest('hex'))
    expect(judgeFile(file)).toMatchObject({ orders: [{ creditor: '가게 & pay-1', remittance: 'batch of pay-1' }] })
  })

  test('needs no remittance and no totals of the group, and may begin with a byte order mark', () => {
    const text = payoutFile()
      .replace(/<RmtInf>.*<\/RmtInf>/, '')
      .replace(/(<PmtMtd>TRF<\/PmtMtd>).*(<ReqdExctnDt>)/, '$1$2')
    expect(judgeFile(read(`\uFEFF${text}`))).toMatchObject({ kind: 'fits', orders: [{ remittance: null }] })
  })

  test('may hold several groups, each with its own day', () => {
    const group = /<PmtInf>.*<\/PmtInf>/.exec(payoutFile())![0]
    const second = group.replaceAll('pay-1', 'pay-2').replace('2026-12-01', '2026-12-02')
    const text = payoutFile({ count: '2', sum: '20000' }).replace(group, group + second)
    expect(judgeFile(read(text))).toMatchObject({
      orders: [{ requestedOn: '2026-12-01' }, { requestedOn: '2026-12-02', endToEndId: 'pay-2' }],
    })
  })
})

describe('a file is rejected whole', () => {
  test.each<[string, SampleFile, string]>([
    ['another count', { count: '2' }, 'NbOfTxs of GrpHdr is 2, and there are 1'],
    ['a count that is none', { count: '1.0' }, 'NbOfTxs of GrpHdr is 1.0, and there are 1'],
    ['another count of the group', { groupCount: '0' }, 'NbOfTxs of PmtInf is 0, and there are 1'],
    ['another sum', { sum: '9999.99' }, 'CtrlSum of GrpHdr is 9999.99, and the amounts sum to 10000.0000'],
    ['another sum of the group', { groupSum: '1' }, 'CtrlSum of PmtInf is 1, and'],
    ['a sum that is none', { sum: '1e4' }, 'CtrlSum of GrpHdr is 1e4, and'],
    ['no payments', { payouts: [], sum: '0' }, 'the file has no payments'],
    ['an id twice', { payouts: [{ id: 'p' }, { id: 'p' }] }, 'EndToEndId p is there twice'],
    ['an id of another shape', { payouts: [{ id: 'p 1' }] }, 'EndToEndId p 1 must be'],
    ['another method', { method: 'CHK' }, 'PmtMtd is CHK'],
    ['another account than ours', { debtor: 'acct_pay' }, 'DbtrAcct acct_pay is no account of yours'],
    ['a day that is none', { requestedOn: '2026-02-30' }, 'ReqdExctnDt 2026-02-30 is no day'],
    ['decimals that KRW has not', { payouts: [{ id: 'p', amount: '100.00' }] }, 'p: 100.00 is no amount in KRW'],
    ['more decimals than USD has', { payouts: [{ id: 'p', amount: '1.005', currency: 'USD' }] }, 'p: 1.005 is no'],
    ['an amount of nothing', { payouts: [{ id: 'p', amount: '0' }] }, 'p: 0 is no amount'],
    ['a negative amount', { payouts: [{ id: 'p', amount: '-1' }] }, 'p: -1 is no amount'],
    ['an amount beyond the largest', { payouts: [{ id: 'p', amount: '1000000000000' }] }, 'p: 1000000000000 is no'],
    ['no amount', { payouts: [{ id: 'p', amount: '' }] }, 'p has no Amt/InstdAmt'],
    ['a currency that is none', { payouts: [{ id: 'p', currency: 'XXX' }] }, 'p: XXX is no currency'],
    ['an account that is too long', { payouts: [{ id: 'p', account: 'a'.repeat(35) }] }, 'has more than 34 characters'],
  ])('%s', (_, file, reason) => {
    expect(judged(file)).toMatchObject({ kind: 'rejected', reason: expect.stringContaining(reason) })
  })

  test.each([
    ['<CtrlSum>10000</CtrlSum><InitgPty>', '<InitgPty>', 'GrpHdr has no CtrlSum'],
    ['<Cdtr><Nm>Shop &amp; pay-1</Nm></Cdtr>', '', 'pay-1 has no Cdtr/Nm'],
    [' Ccy="KRW"', '', 'pay-1 has no Amt/InstdAmt@Ccy'],
  ])('without %s', (from, to, reason) => {
    expect(edited(from, to)).toEqual({ kind: 'rejected', reason, count: 1 })
  })
})

describe('a file is malformed', () => {
  const doctype = '<!DOCTYPE Document [<!ENTITY a "b">]>'
  test.each<[string, string | Uint8Array, string]>([
    ['with a DOCTYPE', payoutFile({ prolog: doctype }), 'must have no DOCTYPE'],
    ['cut off', payoutFile().slice(0, -20), 'unclosed tag'],
    ['empty', '', 'must contain a root element'],
    ['with an entity of its own', payoutFile().replace('&amp;', '&a;'), 'undefined entity'],
    ['of another namespace', payoutFile({ namespace: 'urn:other' }), 'is not of urn:iso'],
    ['of another kind', payoutFile().replaceAll('CstmrCdtTrfInitn', 'FIToFIPmtStsRpt'), 'must be <Document/Cst'],
    ['in another encoding', payoutFile({ prolog: '<?xml version="1.0" encoding="EUC-KR"?>' }), 'must be in UTF-8'],
    ['with bytes that are no UTF-8', Buffer.from(payoutFile().replace('Shop', 'Shop\xff'), 'latin1'), 'not valid'],
    ['with an element twice', payoutFile().replace('</CtrlSum>', '</CtrlSum><CtrlSum>1</CtrlSum>'), 'is there twice'],
    ['too deep', payoutFile().replace('<PmtInf>', '<PmtInf>'.repeat(40)), 'nested more than 32 deep'],
    ['with too many parts', payoutFile().replace('<PmtInf>', '<PmtInf/>'.repeat(50_001)), 'more than 50000 payments'],
  ])('%s', (_, text, message) => {
    expect(() => read(text, 100_000)).toThrow(
      expect.objectContaining({ status: 400, code: 'malformed_file', message: expect.stringContaining(message) }),
    )
  })
})
