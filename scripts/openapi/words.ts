/** The prose of the API description in both languages: what each route, answer, header and error means and what a caller does about it. */
import type { Language } from '../../shared/contracts/errors.ts'
import type { RefusalName } from '../../shared/contracts/refusals.ts'
import type { RouteName } from '../../shared/contracts/routes.ts'

/** Simple CommonMark: paragraphs, lists with `- `, `code` and **strong**. */
export type Words = Record<Language, string>

export const title: Words = { en: 'Payment backend', ko: '결제 백엔드' }

export const introduction: Words = {
  en: `Authorize, capture, refund. Every mutation can be repeated safely, and no money is lost, created or moved twice, whatever crashes and whenever.

**Money.** \`amount\` is an integer in the currency’s minor unit: ₩1,550,000 is \`1550000\`, $15.50 is \`1550\`.

**Repeat with the same key.** Send \`Idempotency-Key\` (or \`idempotencyKey\` in the body of an authorize). Same merchant, same key, same request: the stored status and body come again, byte for byte, with \`Idempotent-Replayed: true\`. One merchant has one key space for all operations.

**After a 503, a time-out or a broken connection** the operation may have been carried out. Wait for \`Retry-After\` and repeat with the *same* key until the answer is final: never with a new one.

**Decide by** the HTTP status, \`code\` and \`details.reason\`. \`message\` is for people, in Korean or English by \`Accept-Language\`. Every answer has \`x-request-id\`; name it when you report something.

**Be tolerant.** Requests with unknown fields are refused, but answers may gain fields: ignore those you do not know. Any other path or method is a 404 \`NOT_FOUND\`, HEAD, OPTIONS and a slash at the end too.

**Nothing is guessed.** Members and parameters that are there twice, numbers with more digits than can be kept, bodies that are not UTF-8 and different values of \`Idempotency-Key\` are a 400.`,
  ko: `승인, 매입, 환불. 모든 변경 요청은 안전하게 반복할 수 있으며, 언제 무엇이 멈추더라도 돈이 사라지거나 생겨나거나 두 번 움직이지 않습니다.

**금액.** \`amount\`는 통화 최소 단위의 정수입니다. 1,550,000원은 \`1550000\`, 15.50달러는 \`1550\`입니다.

**같은 키로 반복하세요.** \`Idempotency-Key\` 헤더(승인은 본문의 \`idempotencyKey\`도 가능)를 보내세요. 같은 가맹점, 같은 키, 같은 요청이면 저장된 상태 코드와 본문을 바이트 그대로 \`Idempotent-Replayed: true\`와 함께 돌려줍니다. 키 공간은 가맹점마다 하나이며 모든 작업이 함께 씁니다.

**503, 시간 초과, 연결 끊김 뒤에는** 작업이 실행되었을 수도 있습니다. \`Retry-After\`만큼 기다린 뒤 최종 응답이 올 때까지 *같은* 키로 반복하세요. 새 키를 쓰면 안 됩니다.

**판단 기준은** HTTP 상태, \`code\`, \`details.reason\`입니다. \`message\`는 사람이 읽는 문장이며 \`Accept-Language\`에 따라 한국어 또는 영어입니다. 모든 응답에는 \`x-request-id\`가 있으니 문의할 때 알려 주세요.

**호환성.** 모르는 필드가 든 요청은 거절하지만, 응답에는 필드가 추가될 수 있습니다. 모르는 필드는 무시하세요. 그 밖의 경로와 메서드는 404 \`NOT_FOUND\`입니다(HEAD, OPTIONS, 끝에 붙은 슬래시 포함).

**추측하지 않습니다.** 두 번 나온 필드와 매개변수, 자릿수를 보존할 수 없는 숫자, UTF-8이 아닌 본문, 서로 다른 \`Idempotency-Key\` 값은 400입니다.`,
}

export const tags: Record<'payments' | 'health' | 'description', { name: Words; description: Words }> = {
  payments: {
    name: { en: 'Payments', ko: '결제' },
    description: { en: 'Move money, and see where it is.', ko: '돈을 움직이고, 어디에 있는지 봅니다.' },
  },
  health: {
    name: { en: 'Health', ko: '상태' },
    description: { en: 'For load balancers and dashboards.', ko: '로드 밸런서와 대시보드를 위한 경로입니다.' },
  },
  description: {
    name: { en: 'This description', ko: '이 문서' },
    description: { en: 'The API about itself.', ko: 'API가 스스로를 설명합니다.' },
  },
}

export const routeWords: Record<RouteName, { summary: Words; description: Words }> = {
  authorizePayment: {
    summary: { en: 'Hold the buyer’s money', ko: '구매자의 돈을 잡아 둡니다(승인)' },
    description: {
      en: 'Asks the acquirer to hold the amount. Nothing is captured yet: capture the payment before `captureBefore` (7 days). A key is required, in the body or as the header.',
      ko: '카드사에 금액을 잡아 두도록 요청합니다. 아직 매입된 것은 없으니 `captureBefore`(7일) 전에 매입하세요. 키는 본문이나 헤더 중 한 곳에 반드시 필요합니다.',
    },
  },
  capturePayment: {
    summary: { en: 'Take the money that is held', ko: '잡아 둔 돈을 가져옵니다(매입)' },
    description: {
      en: 'Captures all that is authorized and writes the ledger entry in the same transaction. The body may be left out. Without a key a repeat is safe by state: it gets a 409, never a second capture. With a key it gets the first answer again.',
      ko: '승인된 전액을 매입하고 같은 트랜잭션에서 원장에 기록합니다. 본문은 생략할 수 있습니다. 키가 없어도 상태 덕분에 안전합니다. 반복하면 409를 받을 뿐 두 번 매입되지 않습니다. 키가 있으면 처음 응답을 다시 받습니다.',
    },
  },
  refundPayment: {
    summary: { en: 'Give captured money back', ko: '매입한 돈을 돌려줍니다(환불)' },
    description: {
      en: 'Refunds all that is captured. The body may be left out. The fee is kept. A key is required when you send `amount`; without one a repeat gets a 409.',
      ko: '매입된 전액을 환불합니다. 본문은 생략할 수 있습니다. 수수료는 돌려주지 않습니다. `amount`를 보낼 때는 키가 필요하며, 키 없이 반복하면 409를 받습니다.',
    },
  },
  getPayment: {
    summary: { en: 'One payment with its ledger and events', ko: '결제 하나와 그 원장, 이벤트' },
    description: {
      en: 'The present state, every movement of money, and every event with the time when Kafka took it.',
      ko: '현재 상태, 모든 돈의 움직임, 그리고 각 이벤트를 Kafka가 받은 시각입니다.',
    },
  },
  listOperations: {
    summary: { en: 'Everything that was tried on a payment', ko: '결제에 시도한 모든 작업' },
    description: {
      en: 'Each authorize, capture and refund with state and times, oldest first: also the declined ones.',
      ko: '승인, 매입, 환불을 상태와 시각과 함께 오래된 순서로 보여 줍니다. 거절된 작업도 포함합니다.',
    },
  },
  listPayments: {
    summary: { en: 'A page of payments, newest first', ko: '결제 목록(최신순)' },
    description: {
      en: 'Keyset pages: they neither skip nor repeat a payment while new ones arrive. `nextCursor` is null on the last page.',
      ko: '키셋 페이지 방식이라 새 결제가 들어와도 빠지거나 겹치지 않습니다. 마지막 페이지에서 `nextCursor`는 null입니다.',
    },
  },
  getLiveness: {
    summary: { en: 'The process answers', ko: '프로세스가 응답하는지' },
    description: {
      en: 'Asks no dependency. The only route without an authorizer when deployed.',
      ko: '의존 서비스를 확인하지 않습니다. 배포 환경에서 인가 없이 열려 있는 유일한 경로입니다.',
    },
  },
  getReadiness: {
    summary: { en: 'Its dependencies answer', ko: '의존 서비스가 응답하는지' },
    description: {
      en: 'Only MariaDB away is a 503. Without Kafka or Redis payments go on: 200 with `status: "degraded"`.',
      ko: 'MariaDB가 없을 때만 503입니다. Kafka나 Redis가 없어도 결제는 계속되며 `status: "degraded"`와 200을 돌려줍니다.',
    },
  },
  getMetrics: {
    summary: { en: 'Counters for Prometheus', ko: 'Prometheus용 지표' },
    description: {
      en: 'Offline only: this route does not exist when deployed.',
      ko: '로컬 실행에서만 제공하며 배포 환경에는 없습니다.',
    },
  },
  getApiDescription: {
    summary: { en: 'This description as OpenAPI 3.1', ko: '이 문서의 OpenAPI 3.1 원본' },
    description: {
      en: 'docs/openapi.json of the repository, with the address it was fetched from as its first server.',
      ko: '저장소의 docs/openapi.json이며, 요청받은 주소를 첫 번째 서버로 넣습니다.',
    },
  },
  getDocs: {
    summary: { en: 'This description as a page', ko: '이 문서를 읽기 좋은 페이지로' },
    description: {
      en: 'One page without scripts and without anything from elsewhere, in English or Korean.',
      ko: '스크립트도 외부 자원도 없는 한 페이지입니다. 한국어와 영어로 볼 수 있습니다.',
    },
  },
}

/** By route, then by status: answers that are no refusals. */
export const answerWords: Record<RouteName, Record<number, Words>> = {
  authorizePayment: { 201: { en: 'The money is held.', ko: '금액을 잡아 두었습니다.' } },
  capturePayment: { 200: { en: 'The money is captured.', ko: '매입되었습니다.' } },
  refundPayment: { 200: { en: 'The money is given back.', ko: '환불되었습니다.' } },
  getPayment: { 200: { en: 'The payment.', ko: '결제입니다.' } },
  listOperations: { 200: { en: 'The operations.', ko: '작업 목록입니다.' } },
  listPayments: { 200: { en: 'A page of payments.', ko: '결제 목록 한 페이지입니다.' } },
  getLiveness: { 200: { en: 'It answers.', ko: '응답합니다.' } },
  getReadiness: {
    200: { en: 'Payments can be made.', ko: '결제할 수 있습니다.' },
    503: { en: 'MariaDB is away: no payment can be made.', ko: 'MariaDB가 없어 결제할 수 없습니다.' },
  },
  getMetrics: { 200: { en: 'Prometheus’s text format.', ko: 'Prometheus 텍스트 형식입니다.' } },
  getApiDescription: { 200: { en: 'The document.', ko: 'OpenAPI 문서입니다.' } },
  getDocs: { 200: { en: 'The page.', ko: '페이지입니다.' } },
}

/** When each refusal is answered, and what the caller does about it. */
export const refusalWords: Record<RefusalName, { when: Words; action: Words }> = {
  VALIDATION_FAILED: {
    when: {
      en: 'The body is not JSON in UTF-8, a field or parameter is missing, wrong, unknown or there twice, a number cannot be kept exactly, a needed key is missing, or a currency has left ISO 4217. All problems at once.',
      ko: '본문이 UTF-8 JSON이 아니거나, 필드나 매개변수가 없거나 잘못되었거나 모르는 것이거나 두 번 있거나, 값을 정확히 보존할 수 없는 숫자이거나, 필요한 키가 없거나, ISO 4217에서 폐지된 통화입니다. 모든 문제를 한 번에 알립니다.',
    },
    action: {
      en: 'Correct the request. Nothing was begun: the same key may be used.',
      ko: '요청을 고치세요. 시작된 것이 없으므로 같은 키를 써도 됩니다.',
    },
  },
  PAYMENT_DECLINED: {
    when: {
      en: 'The acquirer said no, or confirmed that the operation was never carried out (`canceled`). Totals are unchanged.',
      ko: '카드사가 거절했거나 실행되지 않았음을 확인했습니다(`canceled`). 금액은 그대로입니다.',
    },
    action: {
      en: 'Final for this key. To try another payment method use a new key.',
      ko: '이 키로는 최종 결과입니다. 다른 결제 수단은 새 키로 시도하세요.',
    },
  },
  NOT_FOUND: {
    when: {
      en: 'No such route, no such payment, or `merchantId` in the body is not the payment’s.',
      ko: '경로나 결제가 없거나, 본문의 `merchantId`가 결제의 가맹점이 아닙니다.',
    },
    action: { en: 'Check the path and the id.', ko: '경로와 식별자를 확인하세요.' },
  },
  DUPLICATE_REQUEST: {
    when: {
      en: 'The key was used before: `in_progress` (being worked on right now), `expired` (its answer was pruned), `finished` (only under `DUPLICATE_POLICY=reject`).',
      ko: '이미 사용된 키입니다: `in_progress`(지금 처리 중), `expired`(저장된 응답이 정리됨), `finished`(`DUPLICATE_POLICY=reject`일 때만).',
    },
    action: {
      en: '`in_progress`: repeat with the same key after `Retry-After`. Else look at the payment.',
      ko: '`in_progress`면 `Retry-After` 뒤에 같은 키로 반복하고, 그 밖에는 결제를 조회하세요.',
    },
  },
  DIFFERENT_REQUEST: {
    when: {
      en: 'The key was used for another request; `differences` names what differs.',
      ko: '같은 키가 다른 요청에 사용되었습니다. 다른 점은 `differences`에 있습니다.',
    },
    action: {
      en: 'A bug of the caller: one key is one request.',
      ko: '호출하는 쪽의 버그입니다. 키 하나는 요청 하나입니다.',
    },
  },
  CAPTURE_CONFLICT: {
    when: {
      en: 'The status (`status`), the time (`expired`) or the amount (`amount`) forbids a capture, or another operation is `in_progress`.',
      ko: '상태(`status`), 기한(`expired`), 금액(`amount`) 때문에 매입할 수 없거나 다른 작업이 진행 중(`in_progress`)입니다.',
    },
    action: {
      en: '`in_progress`: repeat after `Retry-After`. Else final: `remaining` is what another amount could still get.',
      ko: '`in_progress`면 `Retry-After` 뒤에 반복하세요. 그 밖에는 최종이며, `remaining`은 다른 금액으로 가능한 한도입니다.',
    },
  },
  REFUND_CONFLICT: {
    when: {
      en: 'The status (`status`) or the amount (`amount`) forbids a refund, or another operation is `in_progress`.',
      ko: '상태(`status`)나 금액(`amount`) 때문에 환불할 수 없거나 다른 작업이 진행 중(`in_progress`)입니다.',
    },
    action: {
      en: '`in_progress`: repeat after `Retry-After`. Else final: `remaining` is what another amount could still get.',
      ko: '`in_progress`면 `Retry-After` 뒤에 반복하세요. 그 밖에는 최종이며, `remaining`은 다른 금액으로 가능한 한도입니다.',
    },
  },
  PAYLOAD_TOO_LARGE: {
    when: { en: 'The body is larger than 16 KiB.', ko: '본문이 16KiB를 넘습니다.' },
    action: { en: 'Send less.', ko: '본문을 줄이세요.' },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    when: {
      en: 'There is a body and by its `content-type` it is not JSON, or in another charset than UTF-8, or it has a `content-encoding`.',
      ko: '본문의 `content-type`이 JSON이 아니거나 UTF-8이 아닌 문자 집합이거나, `content-encoding`이 있습니다.',
    },
    action: {
      en: 'Send `content-type: application/json`, not compressed.',
      ko: '압축하지 않고 `content-type: application/json`으로 보내세요.',
    },
  },
  INTERNAL_ERROR: {
    when: {
      en: 'A bug of ours. It is in the log under the `requestId`.',
      ko: '서버의 버그입니다. `requestId`로 로그에 남습니다.',
    },
    action: {
      en: 'Repeat with the same key; if it stays, report it with the `requestId`.',
      ko: '같은 키로 반복하고, 계속되면 `requestId`와 함께 알려 주세요.',
    },
  },
  SERVICE_UNAVAILABLE: {
    when: {
      en: 'MariaDB is away, too busy, refuses our login or a write, or its disk is full; or a read ran out of time.',
      ko: 'MariaDB가 없거나 너무 바쁘거나, 로그인이나 쓰기를 거부하거나, 디스크가 가득 찼습니다. 또는 조회가 시간을 넘겼습니다.',
    },
    action: {
      en: 'Repeat with the **same** key after `Retry-After`: the operation may have been carried out.',
      ko: '`Retry-After` 뒤에 **같은** 키로 반복하세요. 작업이 실행되었을 수도 있습니다.',
    },
  },
  OUTCOME_UNKNOWN: {
    when: {
      en: 'The acquirer’s answer is not known yet, or the request ran out of time.',
      ko: '카드사의 응답을 아직 모르거나 요청이 시간을 넘겼습니다.',
    },
    action: {
      en: 'Repeat with the **same** key after `Retry-After` until the answer is final. Never treat it as a refusal.',
      ko: '최종 응답이 올 때까지 `Retry-After` 뒤에 **같은** 키로 반복하세요. 거절로 여기면 안 됩니다.',
    },
  },
}

export const headerWords = {
  idempotencyKey: {
    en: 'One key is one request, 1–300 printable ASCII characters without spaces, bare or in double quotes; in quotes when it holds a comma. Given here and in the body, or several times, all must be equal.',
    ko: '키 하나는 요청 하나입니다. 공백 없는 출력 가능한 ASCII 1–300자이며 큰따옴표로 감싸도 됩니다. 쉼표가 들어 있으면 반드시 감싸세요. 본문에도 있거나 여러 번 보내면 모두 같아야 합니다.',
  },
  acceptLanguage: {
    en: 'The language of `message`, also in `details.problems`: Korean when `ko` is preferred over `en`, else English.',
    ko: '`message`와 `details.problems`의 언어: `ko`를 `en`보다 먼저 원하면 한국어, 아니면 영어입니다.',
  },
  requestIdSent: {
    en: 'Yours comes back when it is 1–64 characters of `A-Z a-z 0-9 . _ : / + = -`; else a new one is made.',
    ko: '`A-Z a-z 0-9 . _ : / + = -` 1–64자이면 그대로 돌아오고, 아니면 새로 만듭니다.',
  },
  traceparent: {
    en: 'W3C Trace Context: goes on with the events of this request. One that is malformed is ignored.',
    ko: 'W3C Trace Context: 이 요청의 이벤트로 이어집니다. 형식이 틀리면 무시합니다.',
  },
  requestId: { en: 'Names this request in our logs.', ko: '로그에서 이 요청을 찾는 이름입니다.' },
  retryAfter: {
    en: 'Seconds to wait before repeating with the same key.',
    ko: '같은 키로 반복하기 전에 기다릴 초입니다.',
  },
  retryAfterInProgress: {
    en: 'With `details.reason: in_progress` only: seconds to wait before repeating.',
    ko: '`details.reason`이 `in_progress`일 때만: 반복하기 전에 기다릴 초입니다.',
  },
  replayed: {
    en: '`true` on a stored answer that is given again; absent on the first.',
    ko: '저장된 응답을 다시 준 경우 `true`이며, 처음에는 없습니다.',
  },
} as const satisfies Record<string, Words>

export const signing: Words = {
  en: 'When deployed, API Gateway asks for AWS Signature Version 4 (IAM) on every route but `/health/live`, and answers a request without one with its own 403 `{"message":"Forbidden"}` before any of our code runs. Offline nothing is asked for.',
  ko: '배포 환경에서는 `/health/live`를 제외한 모든 경로에서 API Gateway가 AWS 서명 버전 4(IAM)를 요구하며, 서명이 없으면 우리 코드가 실행되기 전에 자체 403 `{"message":"Forbidden"}`으로 답합니다. 로컬에서는 요구하지 않습니다.',
}
