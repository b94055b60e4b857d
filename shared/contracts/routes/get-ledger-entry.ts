/** GET /operator/ledger/entries/{entryId}: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { entryId } from '../identifiers.ts'
import { entryFields } from '../ledger-views.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_PAYMENT_ID, sampleEntries, sampleTime } from '../sample-purchase.ts'

export const ledgerEntryDetailView = z
  .object({ ...entryFields, debitAccount: z.string(), creditAccount: z.string() })
  .meta({ id: 'LedgerEntryDetail', description: 'One entry, of a payment or not.', 'x-description-ko': '분개 하나.' })
export type LedgerEntryDetailView = z.infer<typeof ledgerEntryDetailView>

export const contract = defineContract({
  route: 'GET /operator/ledger/entries/{entryId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: z.object({ entryId }),
  answers: { 200: ledgerEntryDetailView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'One entry of the ledger', ko: '원장의 분개 하나' },
  description: {
    en: 'Both accounts, and what it is of: a payment, or what settlement and reconciliation moved.',
    ko: '양쪽 계정과, 결제나 정산·대사의 어떤 움직임에서 생겼는지 보여 줍니다.',
  },
  answers: {
    200: {
      words: { en: 'The entry.', ko: '분개입니다.' },
      examples: {
        example: {
          summary: { en: 'A capture', ko: '매입' },
          value: {
            ...sampleEntries().capture,
            recordedAt: sampleTime(0, '17.450'),
            eventId: 'evt_01M81XZHR2D5YB3J8GQXWZ6N1A',
            paymentId: SAMPLE_PAYMENT_ID,
            subjectId: null,
            batchId: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/ledger/entries/${sampleEntries().capture.entryId}' -b console.cookies -H "x-console-secret: $SECRET"`,
})
