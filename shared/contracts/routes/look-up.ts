/** GET /operator/lookup: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { merchantId, operationId, paymentId } from '../identifiers.ts'
import { matchKinds } from '../lists.ts'
import { time } from '../payment.ts'
import { inBoth, schemaMessages } from '../problem-texts.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_MERCHANT_ID, SAMPLE_PAYMENT_ID, sampleOperationIds, sampleTime } from '../sample-purchase.ts'

const anyId = z
  .string(schemaMessages.text)
  .regex(
    /^[\x21-\x7E]{1,300}$/,
    inBoth(
      'must be 1 to 300 printable ASCII characters without spaces',
      '공백 없는 출력 가능한 ASCII 문자 1~300자여야 합니다',
    ),
  )
  .meta({
    description:
      'Any id that the console shows: of a payment, operation, event, ledger entry, batch, item, payout, payout file, reserve, invoice, dispute, expectation, break or file of the acquirer or the bank, a request id, an idempotency key, an order id, what a break is about, or the name of a ledger account.',
    'x-description-ko':
      '콘솔에 나오는 모든 식별자: 결제, 작업, 이벤트, 원장 분개, 정산 배치·항목, 지급, 지급 파일, 담보 유보, 청구, 분쟁, 예상, 불일치와 그 대상, 매입사·은행 파일, 요청의 식별자, 멱등키, 주문 번호, 원장 계정 이름.',
    examples: ['req_01M81XZHJW0R9T4B6Y8N2M5K7J'],
  })

export const lookupView = z
  .object({
    id: z.string(),
    matches: z
      .array(
        z
          .object({
            kind: z.enum(matchKinds).meta({
              description: 'What the id is of.',
              'x-description-ko': '무엇의 식별자인지.',
            }),
            pageId: z.string().nullable().meta({
              description:
                'On whose page of the console it is shown: the id of a payment, batch, payout file, ledger entry, break or file, or the name of a ledger account. Null: on none.',
              'x-description-ko':
                '콘솔의 어느 화면에 나오는지. 결제, 정산 배치, 지급 파일, 원장 분개, 불일치, 파일의 식별자이거나 원장 계정 이름이며, 없으면 null입니다.',
            }),
            paymentId: paymentId.nullable().meta({
              description: 'Null where it is of no payment, such as a payout.',
              'x-description-ko': '지급처럼 결제에 속하지 않으면 null입니다.',
            }),
            merchantId: merchantId.nullable(),
            operationId: operationId.nullable().meta({
              description: 'Of an operation, a request or a key; null otherwise.',
              'x-description-ko': '작업, 요청, 멱등키일 때만 있고 나머지는 null입니다.',
            }),
            createdAt: time.nullable().meta({
              description: 'Of the operation or the payment that it is of, else its own. Null of an account.',
              'x-description-ko': '속한 작업이나 결제의 시각, 없으면 자신의 시각. 계정이면 null입니다.',
            }),
          })
          .meta({ id: 'IdMatch' }),
      )
      .meta({
        description: 'At most 20, newest first within each kind.',
        'x-description-ko': '최대 20개, 종류별로 최신순.',
      }),
    more: z.boolean().meta({ description: 'There are others.', 'x-description-ko': '더 있습니다.' }),
  })
  .meta({
    id: 'Lookup',
    description: 'What an id is of, and where the console shows it.',
    'x-description-ko': '식별자가 무엇의 것인지와 콘솔에서 나오는 곳.',
  })
export type LookupView = z.infer<typeof lookupView>

export const contract = defineContract({
  route: 'GET /operator/lookup',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: onlyThese({ id: anyId }),
  answers: { 200: lookupView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What an id of any kind is of', ko: '어떤 식별자든 무엇의 것인지 찾기' },
  description: {
    en: 'Several merchants may have used one idempotency key or order id, an order may have many payments, and callers may send one request id again and again. An id that nothing is known of has no matches. A key whose request was refused before an operation began has none either: ask `GET /idempotency`.',
    ko: '여러 가맹점이 같은 멱등키나 주문 번호를 쓸 수 있고, 한 주문에 결제가 많을 수 있으며, 같은 요청 식별자가 여러 번 올 수도 있습니다. 모르는 식별자면 목록이 비어 있습니다. 작업이 시작되기 전에 거절된 요청의 키도 비어 있으니 `GET /idempotency`로 확인하세요.',
  },
  answers: {
    200: {
      words: { en: 'What was found.', ko: '찾은 결과입니다.' },
      examples: {
        example: {
          summary: { en: 'A request id of a log', ko: '로그의 요청 식별자' },
          value: {
            id: 'req_01M81XZHJW0R9T4B6Y8N2M5K7J',
            matches: [
              {
                kind: 'request',
                pageId: SAMPLE_PAYMENT_ID,
                paymentId: SAMPLE_PAYMENT_ID,
                merchantId: SAMPLE_MERCHANT_ID,
                operationId: sampleOperationIds.authorize,
                createdAt: sampleTime(0, '00.732'),
              },
            ],
            more: false,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/lookup?id=order-1001' -b console.cookies -H "x-console-secret: $SECRET"`,
})
