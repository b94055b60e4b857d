/** What documents say about each refusal, whichever route answers it: when, what the caller does about it, and examples. */
import { type ErrorCode, errorBodyOf } from './errors.ts'
import { type RefusalName, refusals } from './refusals.ts'
import type { Examples, Words } from './route-contract.ts'
import { SAMPLE_AMOUNT_MINOR, SAMPLE_PAYMENT_ID, sampleOperationIds } from './sample-purchase.ts'

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
  UNAUTHENTICATED: {
    when: {
      en: 'No session of the console, or no second secret, or not that of this session; the session has ended; or a link that was used, is too old or never was.',
      ko: '콘솔 세션이나 두 번째 비밀 값이 없거나 서로 맞지 않거나, 세션이 끝났거나, 이미 썼거나 오래되었거나 없는 링크입니다.',
    },
    action: {
      en: 'Sign in with a new link: `npm run console-link -- --as NAME`.',
      ko: '새 링크로 로그인하세요: `npm run console-link -- --as NAME`.',
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
  FORBIDDEN: {
    when: {
      en: '`origin`: `Host`, `Origin` or `Sec-Fetch-Site` is not that of the console. `role`: the operator’s role is less than `needed`. `unknown_approver`: by the token it is an approver, and the database has no active one of this `name`.',
      ko: '`origin`: `Host`, `Origin`, `Sec-Fetch-Site`가 콘솔의 것이 아닙니다. `role`: 운영자의 역할이 `needed`보다 낮습니다. `unknown_approver`: 토큰으로는 승인자이지만 데이터베이스에 이 `name`의 활성 승인자가 없습니다.',
    },
    action: {
      en: '`origin`: call it from the console’s own address. `role`: ask an operator who has that role. `unknown_approver`: an approver adds the name with `npm run operators -- add NAME --role approver --reason TEXT`.',
      ko: '`origin`이면 콘솔 주소에서 호출하세요. `role`이면 그 역할을 가진 운영자에게 요청하세요. `unknown_approver`면 승인자가 `npm run operators -- add NAME --role approver --reason TEXT`로 그 이름을 추가합니다.',
    },
  },
  NOT_FOUND: {
    when: {
      en: 'No such route, no such payment, a key that the merchant never used, or `merchantId` in the body is not the payment’s.',
      ko: '경로나 결제가 없거나, 가맹점이 사용한 적 없는 키이거나, 본문의 `merchantId`가 결제의 가맹점이 아닙니다.',
    },
    action: { en: 'Check the path and the id.', ko: '경로와 식별자를 확인하세요.' },
  },
  DUPLICATE_REQUEST: {
    when: {
      en: 'The key was used before: `in_progress` (being worked on right now), `expired` (the time of its answer is over), `finished` (only under `DUPLICATE_POLICY=reject`).',
      ko: '이미 사용된 키입니다: `in_progress`(지금 처리 중), `expired`(응답의 보관 기간이 끝남), `finished`(`DUPLICATE_POLICY=reject`일 때만).',
    },
    action: {
      en: '`in_progress`: repeat with the same key after `Retry-After`. Else look at the key (`GET /idempotency`) and its payment.',
      ko: '`in_progress`면 `Retry-After` 뒤에 같은 키로 반복하고, 그 밖에는 키(`GET /idempotency`)와 그 결제를 조회하세요.',
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
  VOID_CONFLICT: {
    when: {
      en: 'The status (`status`) forbids a void: nothing is held. Or another operation is `in_progress`.',
      ko: '상태(`status`) 때문에 승인을 취소할 수 없습니다. 잡아 둔 금액이 없습니다. 또는 다른 작업이 진행 중(`in_progress`)입니다.',
    },
    action: {
      en: '`in_progress`: repeat after `Retry-After`. Else final: refund what is captured.',
      ko: '`in_progress`면 `Retry-After` 뒤에 반복하세요. 그 밖에는 최종이며, 매입된 금액은 환불하세요.',
    },
  },
  DEAD_LETTER_CONFLICT: {
    when: {
      en: '`state`: it is in another state by now. `unreadable`: it cannot be read, so there is nothing to send. `refused`: Kafka has no such topic, or does not take the record for what it is.',
      ko: '`state`: 그사이 상태가 바뀌었습니다. `unreadable`: 읽을 수 없어 보낼 것이 없습니다. `refused`: Kafka에 그 토픽이 없거나 레코드의 내용 때문에 받지 않습니다.',
    },
    action: {
      en: '`state`: look at it again. Otherwise put it aside.',
      ko: '`state`면 다시 확인하세요. 그 밖에는 제외하세요.',
    },
  },
  PAYOUT_CONFLICT: {
    when: {
      en: 'It is past the `state` in which this can be decided; or merchants of the file are `held` or have another account by now; or it is being put into a file at this moment (`changing`).',
      ko: '결정할 수 있는 상태가 지났거나(`state`), 파일의 가맹점이 보류되었거나 계좌가 바뀌었거나(`held`), 지금 파일에 담는 중입니다(`changing`).',
    },
    action: {
      en: 'Look at it again. `held`: such payouts are taken out of the file within a minute. `changing`: repeat.',
      ko: '다시 확인하세요. `held`면 그 지급은 1분 안에 파일에서 빠집니다. `changing`이면 반복하세요.',
    },
  },
  BATCH_CONFLICT: {
    when: {
      en: 'By its `state` the batch is not CLOSED; or one of its payouts is `living`: what becomes of it is not clear, or it was paid; or it has `attempts_left`; or it has had as many as any may have (`too_many`).',
      ko: '배치의 상태(`state`)가 CLOSED가 아니거나, 결과를 모르거나 이미 지급된 지급이 있거나(`living`), 남은 회차가 있거나(`attempts_left`), 허용된 최대 횟수에 이르렀습니다(`too_many`).',
    },
    action: {
      en: '`attempts_left`: nothing; that payout is made without this. Otherwise look at the batch again.',
      ko: '`attempts_left`면 할 일이 없습니다. 그 지급은 그대로 만들어집니다. 그 밖에는 배치를 다시 확인하세요.',
    },
  },
  BREAK_CONFLICT: {
    when: {
      en: 'Nothing was done with the break: by `reason` it is closed, was changed meanwhile, you have proposed it yourself, or account, amount and target do not fit.',
      ko: '불일치에 아무것도 하지 않았습니다. `reason`에 따라 이미 닫혔거나, 그사이 바뀌었거나, 직접 제안했거나, 계정·금액·대상이 맞지 않습니다.',
    },
    action: {
      en: 'By `reason`. Read the break again first.',
      ko: '`reason`에 따라 다릅니다. 먼저 불일치를 다시 읽으세요.',
    },
  },
  VERIFY_CONFLICT: {
    when: {
      en: '`busy`: a run of `npm run verify` is going on, which `askedBy` asked for. `no_starter`: nothing here could carry one out, as where the API is deployed.',
      ko: '`busy`: `askedBy`가 요청한 `npm run verify`가 진행 중입니다. `no_starter`: 배포된 API처럼 검사를 실행할 것이 없습니다.',
    },
    action: {
      en: '`busy`: wait for its end. `no_starter`: type `npm run verify -- --save`.',
      ko: '`busy`면 끝날 때까지 기다리세요. `no_starter`면 `npm run verify -- --save`를 실행하세요.',
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
  RATE_LIMITED: {
    when: {
      en: 'The caller (`caller`) or the address (`ip`) asks for more than its limit: see `RateLimit-Policy`.',
      ko: '호출자(`caller`)나 주소(`ip`)의 요청이 한도를 넘었습니다. `RateLimit-Policy`를 보세요.',
    },
    action: {
      en: 'Nothing was begun. Repeat with the same key after `Retry-After`.',
      ko: '시작된 것은 없습니다. `Retry-After` 뒤에 같은 키로 반복하세요.',
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
      en: 'The acquirer is known to be away: nothing was begun. Or MariaDB is away, too busy, refuses our login or a write, or its disk is full; or a read ran out of time; or too many requests are in work (`overloaded`: nothing was begun).',
      ko: '카드사에 연결할 수 없어 아무것도 시작하지 않았습니다. 또는 MariaDB에 연결할 수 없거나, 너무 바쁘거나, 로그인이나 쓰기를 거부하거나, 디스크가 가득 찼습니다. 또는 조회가 시간을 넘겼거나, 처리 중인 요청이 너무 많습니다(`overloaded`: 시작된 것은 없습니다).',
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

const SAMPLE_REQUEST_ID = 'req_01M81Y06ZJA0ATEY475J7M91K8'

interface RefusalExample {
  key: string
  summary: Words
  details?: Record<string, unknown>
  paymentId?: string
}

const problems = (...given: [path: string, message: string][]) => ({
  problems: given.map(([path, message]) => ({ path, message })),
})

const refusalExampleList: Record<RefusalName, RefusalExample[]> = {
  VALIDATION_FAILED: [
    {
      key: 'validation_failed',
      summary: { en: 'Everything that is wrong, at once', ko: '잘못된 점을 모두 한 번에' },
      details: problems(
        ['/amount', 'must be at least 1'],
        ['/currency', 'must be an ISO 4217 currency code such as KRW'],
      ),
    },
  ],
  UNAUTHENTICATED: [{ key: 'unauthenticated', summary: { en: 'Nobody is signed in', ko: '로그인하지 않음' } }],
  PAYMENT_DECLINED: [
    {
      key: 'payment_declined',
      summary: { en: 'The acquirer said no', ko: '카드사 거절' },
      details: { reason: 'do_not_honor', operationId: sampleOperationIds.authorize },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'canceled',
      summary: { en: 'It never was carried out', ko: '실행되지 않음이 확인됨' },
      details: { reason: 'canceled', operationId: sampleOperationIds.authorize },
      paymentId: SAMPLE_PAYMENT_ID,
    },
  ],
  FORBIDDEN: [
    {
      key: 'forbidden_origin',
      summary: { en: 'From another site', ko: '다른 사이트에서 보냄' },
      details: { reason: 'origin' },
    },
    {
      key: 'forbidden_role',
      summary: { en: 'For approvers', ko: '승인자만 가능' },
      details: { reason: 'role', needed: 'approver' },
    },
    {
      key: 'forbidden_unknown_approver',
      summary: { en: 'An approver by the token alone', ko: '토큰에만 있는 승인자' },
      details: { reason: 'unknown_approver', name: 'kim@pay.example' },
    },
  ],
  NOT_FOUND: [{ key: 'not_found', summary: { en: 'No such payment', ko: '없는 결제' } }],
  DUPLICATE_REQUEST: [
    {
      key: 'in_progress',
      summary: { en: 'The same key is being worked on', ko: '같은 키를 처리하는 중' },
      details: { reason: 'in_progress' },
    },
    {
      key: 'finished',
      summary: { en: 'Decided already, under DUPLICATE_POLICY=reject', ko: '이미 처리됨(DUPLICATE_POLICY=reject)' },
      details: { reason: 'finished' },
    },
    {
      key: 'expired',
      summary: { en: 'The time of its answer is over', ko: '응답의 보관 기간이 끝남' },
      details: { reason: 'expired' },
    },
  ],
  DIFFERENT_REQUEST: [
    {
      key: 'different_request',
      summary: { en: 'The same key with another amount', ko: '같은 키, 다른 금액' },
      details: { reason: 'different_request', differences: ['/amount'] },
    },
  ],
  CAPTURE_CONFLICT: [
    {
      key: 'capture_status',
      summary: { en: 'Captured already', ko: '이미 매입됨' },
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'capture_amount',
      summary: { en: 'More than is authorized', ko: '승인 금액 초과' },
      details: { reason: 'amount', status: 'AUTHORIZED', remaining: SAMPLE_AMOUNT_MINOR },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'capture_expired',
      summary: { en: 'Too late', ko: '기한 지남' },
      details: { reason: 'expired', status: 'AUTHORIZED', remaining: 0 },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'capture_in_progress',
      summary: { en: 'Another operation is in progress', ko: '다른 작업이 진행 중' },
      details: { reason: 'in_progress', status: 'AUTHORIZED' },
      paymentId: SAMPLE_PAYMENT_ID,
    },
  ],
  REFUND_CONFLICT: [
    {
      key: 'refund_status',
      summary: { en: 'Not captured', ko: '매입되지 않음' },
      details: { reason: 'status', status: 'AUTHORIZED', remaining: 0 },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'refund_amount',
      summary: { en: 'More than is captured', ko: '매입 금액 초과' },
      details: { reason: 'amount', status: 'COMPLETED', remaining: SAMPLE_AMOUNT_MINOR },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'refund_in_progress',
      summary: { en: 'Another operation is in progress', ko: '다른 작업이 진행 중' },
      details: { reason: 'in_progress', status: 'COMPLETED' },
      paymentId: SAMPLE_PAYMENT_ID,
    },
  ],
  VOID_CONFLICT: [
    {
      key: 'void_status',
      summary: { en: 'Nothing is held', ko: '잡아 둔 금액 없음' },
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
      paymentId: SAMPLE_PAYMENT_ID,
    },
    {
      key: 'void_in_progress',
      summary: { en: 'Another operation is in progress', ko: '다른 작업이 진행 중' },
      details: { reason: 'in_progress', status: 'AUTHORIZED' },
      paymentId: SAMPLE_PAYMENT_ID,
    },
  ],
  DEAD_LETTER_CONFLICT: [
    {
      key: 'letter_state',
      summary: { en: 'Somebody else was first', ko: '다른 사람이 먼저 처리함' },
      details: { reason: 'state', state: 'REDRIVEN' },
    },
    {
      key: 'letter_unreadable',
      summary: { en: 'No letter of ours', ko: '읽을 수 없는 레터' },
      details: { reason: 'unreadable' },
    },
    {
      key: 'letter_refused',
      summary: { en: 'There is no such topic', ko: '없는 토픽' },
      details: { reason: 'refused', error: 'This server does not host this topic-partition' },
    },
  ],
  PAYOUT_CONFLICT: [
    {
      key: 'payout_state',
      summary: { en: 'It was sent', ko: '이미 보냄' },
      details: { reason: 'state', state: 'SENT' },
    },
    {
      key: 'payout_held',
      summary: { en: 'A merchant is held', ko: '보류된 가맹점' },
      details: { reason: 'held', count: 1 },
    },
    {
      key: 'payout_changing',
      summary: { en: 'It is being put into a file', ko: '파일에 담는 중' },
      details: { reason: 'changing' },
    },
  ],
  BATCH_CONFLICT: [
    {
      key: 'batch_attempts_left',
      summary: { en: 'It has an attempt left', ko: '남은 회차가 있음' },
      details: { reason: 'attempts_left', attempt: 2 },
    },
    {
      key: 'batch_living',
      summary: { en: 'A payout is at the bank', ko: '은행에 있는 지급' },
      details: { reason: 'living', payoutId: 'out_01M8GMZ8R0V3T6KX2Q9HJ5NC7W', state: 'SENT' },
    },
  ],
  BREAK_CONFLICT: [
    {
      key: 'break_own_proposal',
      summary: { en: 'Your own proposal', ko: '직접 한 제안' },
      details: { reason: 'own_proposal' },
    },
    {
      key: 'break_changed',
      summary: { en: 'It was changed meanwhile', ko: '그사이 바뀜' },
      details: { reason: 'changed' },
    },
  ],
  VERIFY_CONFLICT: [
    {
      key: 'verify_busy',
      summary: { en: 'A run is going on', ko: '검사가 진행 중' },
      details: { reason: 'busy', runId: 'vrf_01M81Y5M2N7C4X9QK8R3HW6B1D', askedBy: 'demo-operator' },
    },
    {
      key: 'verify_no_starter',
      summary: { en: 'Nothing here carries one out', ko: '실행할 스타터가 없음' },
      details: { reason: 'no_starter' },
    },
  ],
  PAYLOAD_TOO_LARGE: [
    { key: 'payload_too_large', summary: { en: 'Over 16 KiB', ko: '16KiB 초과' }, details: { bytesMax: 16_384 } },
  ],
  UNSUPPORTED_MEDIA_TYPE: [
    {
      key: 'unsupported_media_type',
      summary: { en: 'A form', ko: '폼 데이터' },
      details: { contentType: 'application/x-www-form-urlencoded' },
    },
  ],
  RATE_LIMITED: [
    {
      key: 'rate_limited',
      summary: { en: 'Too many requests of one caller', ko: '한 호출자의 요청이 너무 많음' },
      details: { limit: 'caller' },
    },
  ],
  INTERNAL_ERROR: [{ key: 'internal_error', summary: { en: 'A bug', ko: '버그' } }],
  SERVICE_UNAVAILABLE: [
    { key: 'service_unavailable', summary: { en: 'MariaDB is away', ko: 'MariaDB에 연결할 수 없음' } },
    {
      key: 'overloaded',
      summary: { en: 'Too many requests at once', ko: '동시 요청이 너무 많음' },
      details: { reason: 'overloaded' },
    },
  ],
  OUTCOME_UNKNOWN: [
    {
      key: 'outcome_unknown',
      summary: { en: 'The acquirer did not answer', ko: '카드사가 응답하지 않음' },
      details: { operationId: sampleOperationIds.authorize },
      paymentId: SAMPLE_PAYMENT_ID,
    },
  ],
}

/** The examples of one refusal. */
export function refusalExamples(name: RefusalName): Examples {
  const code: ErrorCode = refusals[name].body.shape.code.value
  return Object.fromEntries(
    refusalExampleList[name].map(({ key, summary, ...rest }) => [
      key,
      { summary, value: errorBodyOf(code, 'en', { requestId: SAMPLE_REQUEST_ID, ...rest }) },
    ]),
  )
}
