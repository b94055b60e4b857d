/** Statements of a bank, as they should be and as they should not. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { statementOf } from '../../sandbox/bank/statement.ts'
import { bytesOf, readAll } from '../../test/unit/read-recon-file.ts'
import { fakeSources } from '../reconciliation/fake-recon.ts'
import type { ClosingBalance, ReconSource } from '../reconciliation/ports.ts'
import { readCamt053 } from './camt-053.ts'

const DAY = '2026-11-27'
const source = fakeSources[1]!

interface Given {
  source?: ReconSource
  closings?: readonly ClosingBalance[]
}

const read = (of: string | Uint8Array | AsyncIterable<Uint8Array>, given: Given = {}) =>
  readAll(readCamt053, of, { ...{ name: 'operating.xml', source, dueOn: () => null, closings: [] }, ...given })

const closed = (currency: string, closingMinor: number, day = '2026-11-26'): ClosingBalance => ({
  currency,
  day,
  closingMinor,
})

const leaf = (name: string, text: string): string => `<${name}>${text}</${name}>`
const amount = (minor: string, sign = 'CRDT', currency = 'KRW'): string =>
  `<Amt Ccy="${currency}">${minor}</Amt>${sign && leaf('CdtDbtInd', sign)}`
const balance = (code: string, minor: string, { sign = 'CRDT', day = DAY, currency = 'KRW' } = {}): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor, sign, currency)}<Dt><Dt>${day}</Dt></Dt></Bal>`
const details = (minor: string | undefined, { id = 'E2E-1', sign = '', currency = 'KRW' } = {}): string =>
  `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs>${minor === undefined ? '' : amount(minor, sign, currency)}</TxDtls>`

/** An entry that is booked, with so many details. */
const entry = (
  minor: string,
  { sign = 'CRDT', state = '<Cd>BOOK</Cd>', reversal = '', of = [] as string[] } = {},
): string =>
  `<Ntry>${amount(minor, sign)}${reversal && leaf('RvslInd', reversal)}<Sts>${state}</Sts><BookgDt><Dt>${DAY}</Dt></BookgDt>` +
  `<ValDt><Dt>2026-11-28</Dt></ValDt><AcctSvcrRef>BK7</AcctSvcrRef>${of.length === 0 ? '' : `<NtryDtls>${of.join('')}</NtryDtls>`}</Ntry>`

const account = '<Acct><Id><Othr><Id>operating</Id></Othr></Id></Acct>'
const statement = (...parts: string[]): string => `<Stmt>${account}${parts.join('')}</Stmt>`
const document = (statements: string, version = '08'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt>${statements}</BkToCstmrStmt></Document>\n`

/** A day of an account that was at 1,000. */
const dayOf = (closing: string, ...parts: string[]): string =>
  document(statement(balance('OPBD', '1000'), balance('CLBD', closing), ...parts))
const known: Given = { closings: [closed('KRW', 1_000)] }

const bare = ({ lines }: Awaited<ReturnType<typeof read>>) =>
  lines.map(({ kind, matchKey, amountMinor, currency }) => `${kind} ${matchKey || '-'} ${amountMinor} ${currency}`)

const movement = (kind: string, amountMinor: number, given: object = {}) =>
  ({
    ...{
      kind,
      reference: 'ACQ-20261125-KRW',
      messageId: null,
      amount: amountMinor,
      currency: 'KRW',
      bankReference: 'BK1',
    },
    ...{ bookedOn: DAY, valueOn: DAY, party: 'acquirer', partyAccount: null, remittance: 'batch of 2026-11-25' },
    ...given,
  }) as Parameters<typeof statementOf>[0]['currencies'][number]['movements'][number]

const sandboxDay = statementOf({
  ...{ account: 'operating', day: DAY },
  currencies: [
    {
      ...{ currency: 'KRW', number: 3, openingMinor: 1_000n },
      movements: [
        movement('deposit', 5_901),
        movement('payout', -700, { reference: 'out_1', party: 'shop', partyAccount: 'acct_pay', remittance: null }),
        movement('return', 700, { reference: 'out_1', party: 'shop', partyAccount: 'acct_pay', remittance: null }),
        movement('transfer', -200, { reference: 'move-1', party: 'us', partyAccount: 'safeguarded', remittance: null }),
      ],
    },
    { currency: 'USD', number: 2, openingMinor: -1_234n, movements: [] },
  ],
})
const both: Given = { closings: [closed('KRW', 1_000), closed('USD', -1_234)] }

describe('a statement', () => {
  test('is read entry by entry, with the signs that the bank writes', async () => {
    const { lines, file } = await read(sandboxDay, both)
    expect(bare({ lines, file })).toEqual([
      'credit ACQ-20261125-KRW 5901 KRW',
      'debit out_1 -700 KRW',
      'return out_1 700 KRW',
      'debit move-1 -200 KRW',
    ])
    expect(lines[0]).toEqual({
      ...{ lineKey: 'operating:2026-11-27:KRW:1', contentHash: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ...{
        matchKey: 'ACQ-20261125-KRW',
        kind: 'credit',
        amountMinor: 5_901,
        feeMinor: 0,
        vatMinor: 0,
        netMinor: 5_901,
      },
      ...{ currency: 'KRW', batchRef: null, bookedOn: DAY, valueOn: DAY, partyAccount: null },
      remittance: 'batch of 2026-11-25',
    })
    expect(lines.map(({ partyAccount }) => partyAccount)).toEqual([null, 'acct_pay', 'acct_pay', 'safeguarded'])
    expect(file).toEqual({
      ...{ externalId: 'operating:2026-11-27', revision: 1, day: DAY, dueOn: null },
      totals: [
        { currency: 'KRW', lineCount: 4, netMinor: 5_701, openingMinor: 1_000, closingMinor: 6_701 },
        { currency: 'USD', lineCount: 0, netMinor: 0, openingMinor: -1_234, closingMinor: -1_234 },
      ],
    })
  })

  test('is the same whichever way its bytes are cut', async () => {
    const bytes = Buffer.from(sandboxDay.replace('acquirer', '은행'))
    const expected = await read(bytes, both)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 }), async cuts => {
        expect(await read(bytesOf(bytes, cuts), both)).toEqual(expected)
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  test('that is the first of its account and currency has what was there as a line', async () => {
    const { lines, file } = await read(sandboxDay, { closings: [] })
    expect(lines[0]).toMatchObject({
      ...{ lineKey: 'operating:2026-11-27:KRW:opening', kind: 'opening', matchKey: '', amountMinor: 1_000 },
      ...{ bookedOn: DAY, valueOn: DAY },
    })
    expect(lines.at(-1)).toMatchObject({ lineKey: 'operating:2026-11-27:USD:opening', amountMinor: -1_234 })
    expect(file.totals).toEqual([
      { currency: 'KRW', lineCount: 5, netMinor: 6_701, openingMinor: 0, closingMinor: 6_701 },
      { currency: 'USD', lineCount: 1, netMinor: -1_234, openingMinor: 0, closingMinor: -1_234 },
    ])
  })

  test('that begins at 0 has no such line', async () => {
    const { lines, file } = await read(document(statement(balance('OPBD', '0'), balance('CLBD', '5'), entry('5'))))
    expect(lines).toMatchObject([{ lineKey: 'operating:2026-11-27:KRW:1' }])
    expect(file.totals).toMatchObject([{ openingMinor: 0, netMinor: 5, closingMinor: 5 }])
  })

  test('of version 02 to 08 is read, with PRCD for OPBD and the older ways to write', async () => {
    const old = document(
      statement(
        balance('PRCD', '1000', { day: '2026-11-26' }),
        balance('CLBD', '1300'),
        '<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>300</Sum><TtlNetNtryAmt>300</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries></TxsSummry>',
        entry('300', {
          state: 'BOOK',
          of: [100, 200].map(
            minor => `<TxDtls><AmtDtls><TxAmt><Amt Ccy="KRW">${minor}</Amt></TxAmt></AmtDtls></TxDtls>`,
          ),
        }),
      ),
      '02',
    )
    expect(bare(await read(old, known))).toEqual(['credit - 100 KRW', 'credit - 200 KRW'])
    await expect(read(document('', '09'))).rejects.toThrow('which is not read')
  })

  test('of a day without a movement has no lines', async () => {
    const { lines, file } = await read(dayOf('1000'), known)
    expect(lines).toEqual([])
    expect(file.totals).toMatchObject([{ lineCount: 0, netMinor: 0, openingMinor: 1_000, closingMinor: 1_000 }])
  })

  test('has a line for each detail of an entry, which add up to it', async () => {
    const split = entry('300', {
      sign: 'DBIT',
      of: [details('500', { id: 'A' }), details('200', { id: 'B', sign: 'CRDT' })],
    })
    expect(bare(await read(dayOf('700', split), known))).toEqual(['debit A -500 KRW', 'credit B 200 KRW'])
    const wrong = entry('300', { of: [details('100'), details('100')] })
    await expect(read(dayOf('1300', wrong), known)).rejects.toThrow('the TxDtls of an entry of 300 sum to 200')
    const without = entry('300', { of: [details('100'), details(undefined)] })
    await expect(read(dayOf('1300', without), known)).rejects.toThrow('one of several TxDtls has no amount in KRW')
  })

  test('has one line for an entry with one detail, or with none', async () => {
    expect(bare(await read(dayOf('1300', entry('300')), known))).toEqual(['credit - 300 KRW'])
    for (const one of [details(undefined), details('300'), details('0.20', { currency: 'USD' })])
      expect(bare(await read(dayOf('1300', entry('300', { of: [one] })), known))).toEqual(['credit E2E-1 300 KRW'])
    await expect(read(dayOf('1300', entry('300', { of: [details('200')] })), known)).rejects.toThrow(
      'the TxDtls of an entry of 300 has 200',
    )
  })

  test('believes the entry when its one detail has the other sign, 0, or as much among its amounts', async () => {
    const inParts = `<TxDtls><AmtDtls><InstdAmt>${amount('300', '')}</InstdAmt><TxAmt>${amount('4', '')}</TxAmt></AmtDtls></TxDtls>`
    for (const one of [details('300', { sign: 'DBIT' }), details('0'), inParts])
      expect((await read(dayOf('1300', entry('300', { of: [one] })), known)).lines).toMatchObject([
        { amountMinor: 300 },
      ])
    const other = inParts.replace('>300<', '>30<')
    await expect(read(dayOf('1300', entry('300', { of: [other] })), known)).rejects.toThrow('an entry of 300 has 4')
  })

  test('takes of several details what each says in the currency of the statement', async () => {
    const of = (kind: string, won: string) =>
      `<TxDtls><AmtDtls><TxAmt>${amount('0.10', '', 'USD')}</TxAmt><${kind}>${amount(won, '')}</${kind}></AmtDtls></TxDtls>`
    const split = entry('300', { of: [of('CntrValAmt', '100'), of('InstdAmt', '200')] })
    expect(bare(await read(dayOf('1300', split), known))).toEqual(['credit - 100 KRW', 'credit - 200 KRW'])
  })

  test('is found among those of other accounts, which are not looked at', async () => {
    const other = statement(balance('CLBD', 'nothing'), entry('nothing')).replace('operating', 'other')
    const own = statement(balance('OPBD', '1000'), balance('CLBD', '1300'), entry('300'))
    for (const both of [other + own, own + other])
      expect(bare(await read(document(both), known))).toEqual(['credit - 300 KRW'])
    const iban = account.replace('<Othr><Id>operating</Id></Othr>', '<IBAN>operating</IBAN>')
    expect(bare(await read(document(own.replace(account, iban)), known))).toEqual(['credit - 300 KRW'])
  })

  test('may pad its amounts with zeros and its counts, and sum with signs or without', async () => {
    const padded = entry('300.00000')
    const summary =
      '<TxsSummry><TtlNtries><NbOfNtries>0002</NbOfNtries><Sum>200.0000</Sum><TtlNetNtryAmt>200.0</TtlNetNtryAmt></TtlNtries>' +
      '<TtlDbtNtries><Sum>-100</Sum></TtlDbtNtries></TxsSummry>'
    const given = dayOf('1200.00', summary, padded, entry('100', { sign: 'DBIT' }))
    expect(bare(await read(given, known))).toEqual(['credit - 300 KRW', 'debit - -100 KRW'])
    await expect(read(given.replace('200.0000', '200.5000'), known)).rejects.toThrow('200.5000 has 4 decimals')
  })

  test('may have a prefix at each of its names', async () => {
    const prefixed = dayOf('1300', entry('300', { of: [details('300')] }))
      .replace(/<(\/?)([A-Z])/g, '<$1n:$2')
      .replace('xmlns=', 'xmlns:n=')
    expect(prefixed).toContain('<n:Ntry>')
    expect(bare(await read(prefixed, known))).toEqual(['credit E2E-1 300 KRW'])
  })

  test('says for what money is: free text, else a reference of the creditor, else what the bank adds', async () => {
    const reference = '<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>'
    const said = { '<RmtInf><Ustrd>order 1</Ustrd></RmtInf>': 'order 1', [reference]: 'RF18', '': 'by phone' }
    for (const [given, remittance] of Object.entries(said)) {
      const one = `<TxDtls>${given}<AddtlTxInf>by phone</AddtlTxInf></TxDtls>`
      expect((await read(dayOf('1300', entry('300', { of: [one] })), known)).lines).toMatchObject([{ remittance }])
    }
  })

  test('leaves out what is only announced, also from what it counts', async () => {
    const summary =
      '<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>300</Sum></TtlNtries><TtlDbtNtries><NbOfNtries>0</NbOfNtries></TtlDbtNtries></TxsSummry>'
    const announced = ['PDNG', 'INFO', 'FUTR'].map(state =>
      entry('9', { state: leaf('Cd', state), of: [details('9')] }),
    )
    expect(bare(await read(dayOf('1300', summary, ...announced, entry('300')), known))).toEqual(['credit - 300 KRW'])
  })

  test('knows no end-to-end id where none is given, or none that could be ours', async () => {
    for (const id of ['NOTPROVIDED', '주문 1', 'a b', ''])
      expect(bare(await read(dayOf('1300', entry('300', { of: [details(undefined, { id })] })), known))).toEqual([
        'credit - 300 KRW',
      ])
  })

  test('may tell the moment of booking, whose day is that of the time zone of the source', async () => {
    const late = entry('300')
      .replace(`<Dt>${DAY}</Dt>`, '<DtTm>2026-11-26T15:00:00Z</DtTm>')
      .replace(/<ValDt>.*?<\/ValDt>/, '')
    expect((await read(dayOf('1300', late), known)).lines).toMatchObject([{ bookedOn: DAY, valueOn: null }])
    for (const local of ['<DtTm>2026-11-27T00:00:00</DtTm>', '<Dt>2026-11-27+01:00</Dt>', '<Dt>2026-11-27Z</Dt>'])
      expect((await read(dayOf('1300', entry('300').replace(`<Dt>${DAY}</Dt>`, local)), known)).lines).toMatchObject([
        { bookedOn: DAY },
      ])
  })

  test('has the same hash for the same content, wherever it stands', async () => {
    const { lines } = await read(dayOf('1900', entry('300'), entry('300'), entry('300').replace('BK7', 'BK8')), known)
    const [one, same, other] = lines.map(({ contentHash }) => contentHash)
    expect([one === same, one === other]).toEqual([true, false])
  })
})

describe('money that comes back', () => {
  const returned = entry('300', { sign: 'DBIT', reversal: 'true' })

  test('has the sign that is written where the indicator only marks it', async () => {
    expect(bare(await read(dayOf('700', returned), known))).toEqual(['return - -300 KRW'])
    await expect(read(dayOf('1300', returned), known)).rejects.toThrow('its entries sum to -300')
  })

  test('has the other sign where the indicator turns it', async () => {
    const turning: Given = { ...known, source: { ...source, reversalRule: 'turns' } }
    const summary =
      '<TxsSummry><TtlNtries><Sum>300</Sum></TtlNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>300</Sum></TtlDbtNtries></TxsSummry>'
    expect(bare(await read(dayOf('1300', summary, returned), turning))).toEqual(['return - 300 KRW'])
    const split = entry('300', { sign: 'DBIT', reversal: '1', of: [details('100'), details('200')] })
    expect(bare(await read(dayOf('1300', split), turning))).toEqual(['return E2E-1 100 KRW', 'return E2E-1 200 KRW'])
    await expect(read(dayOf('700', returned), turning)).rejects.toThrow("the source's reversal rule is wrong")
  })
})

describe('a statement that does not follow the one before', () => {
  test('names the day that is missing', async () => {
    await expect(read(dayOf('1000'), { closings: [closed('KRW', 900, '2026-11-24')] })).rejects.toThrow(
      'KRW opens with 1000, and closed with 900 on 2026-11-24: the statement of 2026-11-25 is missing: import it first',
    )
    await expect(read(dayOf('1000'), { closings: [closed('KRW', 900)] })).rejects.toThrow(
      'KRW opens with 1000, and closed with 900 on 2026-11-26: ask the bank which of them is right',
    )
  })

  test('may be days later when nothing moved', async () => {
    expect((await read(dayOf('1000'), { closings: [closed('KRW', 1_000, '2026-11-20')] })).lines).toEqual([])
  })

  test('cannot be of a day that is over', async () => {
    for (const day of [DAY, '2026-11-28'])
      await expect(read(dayOf('1000'), { closings: [closed('KRW', 1_000, day)] })).rejects.toThrow(
        `the statement is of ${DAY}, and that of ${day} was imported`,
      )
  })
})

describe('a file that is wrong', () => {
  const summed = (parts: string) => dayOf('1300', `<TxsSummry>${parts}</TxsSummry>`, entry('300'))
  const opened = balance('OPBD', '1000')
  const end = balance('CLBD', '1000')

  test.each<[string, string | Uint8Array, string]>([
    ['is empty', '', 'is no XML'],
    ['is no XML', 'line,kind', 'line 1: is no XML'],
    ['is cut off', sandboxDay.slice(0, -30), 'line 2: is no XML (unclosed tag'],
    [
      'has a DOCTYPE',
      document('').replace('<Document', '<!DOCTYPE x [<!ENTITY a "b">]>\n<Document'),
      'the file has a DOCTYPE',
    ],
    [
      'is in another encoding',
      document('').replace('UTF-8', 'EUC-KR'),
      'line 1: the encoding is EUC-KR: save the file in UTF-8',
    ],
    ['is not in UTF-8', Buffer.from([0x3c, 0xb8, 0xde]), 'the file is not in UTF-8'],
    [
      'is another message',
      document('').replace('camt.053', 'camt.054'),
      '<Document> is of "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"',
    ],
    [
      'begins otherwise',
      '<Statement xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
      'begins with <Statement>',
    ],
    ['has no statement', document(''), 'the file has no statement'],
    ['is nested without end', document('<a>'.repeat(40)), 'is nested more than 32 deep'],
    [
      'is of another account',
      dayOf('1000').replace('operating', 'other'),
      'is of the account "other", and the source has operating',
    ],
    ['is of no account', dayOf('1000').replace(account, ''), 'is of the account ""'],
    ['has no opening', document(statement(end)), 'the statement has no OPBD or PRCD before its entries'],
    ['opens within its day', document(statement(balance('ITBD', '1000'), end)), 'the statement has no OPBD or PRCD'],
    ['has no closing', document(statement(opened)), 'the statement has no CLBD before its entries'],
    [
      'has its balances last',
      document(statement(entry('1'), opened, end)),
      'the statement has no OPBD or PRCD before its entries',
    ],
    [
      'is a page of one',
      dayOf('1000').replace('<Cd>CLBD</Cd></CdOrPrtry>', '<Cd>CLBD</Cd></CdOrPrtry><SubTp><Cd>INTM</Cd></SubTp>'),
      'CLBD is that of a page (INTM)',
    ],
    ['closes twice', document(statement(opened, end, end)), 'CLBD is there twice'],
    [
      'has two currencies in one part',
      document(statement(opened, balance('CLBD', '1', { currency: 'USD' }).replace('>1<', '>1.00<'))),
      'opens in KRW and closes in USD',
    ],
    [
      'has one currency in two parts',
      document(statement(opened, end) + statement(opened, end)),
      'KRW has two statements',
    ],
    [
      'has two days',
      document(
        statement(opened, end) +
          statement(
            balance('OPBD', '0.00', { currency: 'USD' }),
            balance('CLBD', '0.00', { currency: 'USD', day: '2026-11-28' }),
          ),
      ),
      'a statement is of 2026-11-28, and one before it of 2026-11-27',
    ],
    ['has an unknown currency', document(statement(balance('OPBD', '1', { currency: 'XXX' }))), '"XXX" is no currency'],
    [
      'does not add up',
      dayOf('1301', entry('300')),
      'KRW opens with 1000, its entries sum to 300, and it closes with 1301: an entry is missing',
    ],
    [
      'has an entry in another currency',
      dayOf('1300', entry('300').replace('KRW', 'USD')),
      'an entry is in "USD", and the statement in KRW',
    ],
    ['has an amount with a sign', dayOf('700', entry('-300')), 'the amount -300 has a sign'],
    ['has no sign', dayOf('1300', entry('300', { sign: 'PLUS' })), 'CdtDbtInd must be CRDT or DBIT'],
    ['has no state', dayOf('1300', entry('300', { state: '' })), 'Sts "" is not known'],
    ['has no day of booking', dayOf('1300', entry('300').replace(/<BookgDt>.*?<\/BookgDt>/, '')), 'BookgDt is missing'],
    ['has an entry without amount', dayOf('1000', '<Ntry><Sts><Cd>BOOK</Cd></Sts></Ntry>'), 'an entry is in ""'],
    ['has decimals where there are none', dayOf('1300', entry('300.50')), '300.50 has 2 decimals, and KRW has 0'],
    [
      'counts otherwise',
      summed('<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>'),
      'TxsSummry/TtlNtries/NbOfNtries is "2", and the entries that are booked come to 1',
    ],
    ['sums otherwise', summed('<TtlNtries><Sum>301</Sum></TtlNtries>'), 'TxsSummry/TtlNtries/Sum is "301"'],
    ['has other credits', summed('<TtlCdtNtries><Sum>301</Sum></TtlCdtNtries>'), 'TxsSummry/TtlCdtNtries/Sum is "301"'],
    [
      'has other debits',
      summed('<TtlDbtNtries><NbOfNtries>1</NbOfNtries></TtlDbtNtries>'),
      'TxsSummry/TtlDbtNtries/NbOfNtries is "1"',
    ],
    [
      'has another net',
      summed('<TtlNtries><TtlNetNtry><Amt>300</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>'),
      'the net of TxsSummry is "300"',
    ],
  ])('when it %s', async (_, of, message) => {
    await expect(read(of, known)).rejects.toThrow(message)
    await expect(read(of, known)).rejects.toThrow(expect.objectContaining({ name: 'ReconFileError' }))
  })

  test('when it has a text without end', async () => {
    const text = Buffer.from(document(`<a>${'x'.repeat(1_200_000)}`))
    await expect(read(bytesOf(text, [200, 600_000, 1_150_000]), known)).rejects.toThrow(
      'a text has more than 1000000 characters',
    )
  })

  test('may carry data of others, which are not read', async () => {
    const extra = '<SplmtryData><Envlp><x:Amt xmlns:x="urn:other" Ccy="KRW">1</x:Amt></Envlp></SplmtryData>'
    expect((await read(dayOf('1000', extra), known)).lines).toEqual([])
  })
})
