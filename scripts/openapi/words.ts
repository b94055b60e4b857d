/** The prose of the API description that belongs to no single route, in both languages. */
import type { RouteContract, Words } from '../../shared/contracts/route-contract.ts'

export const title: Words = { en: 'Payment backend', ko: '결제 백엔드' }

export const introduction: Words = {
  en: `Authorize, capture, refund. Every mutation can be repeated safely, and no money is lost, created or moved twice, whatever crashes and whenever.

**Money.** \`amount\` is an integer in the currency’s minor unit: ₩1,550,000 is \`1550000\`, $15.50 is \`1550\`.

**Repeat with the same key.** Send \`Idempotency-Key\` (or \`idempotencyKey\` in the body of an authorize). Same merchant, same key, same request: the stored status and body come again, byte for byte, with \`Idempotent-Replayed: true\`, until the time in \`Idempotency-Expires\`. One merchant has one key space for all operations.

**After a 503, a time-out or a broken connection** the operation may have been carried out. Wait for \`Retry-After\` and repeat with the *same* key until the answer is final: never with a new one.

**Decide by** the HTTP status, \`code\` and \`details.reason\`. \`message\` is for people, in Korean or English by \`Accept-Language\`. Every answer has \`x-request-id\`; name it when you report something.

**Be tolerant.** Requests with unknown fields are refused, but answers may gain fields: ignore those you do not know. Any other path or method is a 404 \`NOT_FOUND\`, HEAD, OPTIONS and a slash at the end too.

**Nothing is guessed.** Members and parameters that are there twice, numbers with more digits than can be kept, bodies that are not UTF-8 and different values of \`Idempotency-Key\` are a 400.`,
  ko: `승인, 매입, 환불. 모든 변경 요청은 안전하게 반복할 수 있으며, 언제 무엇이 멈추더라도 돈이 사라지거나 생겨나거나 두 번 움직이지 않습니다.

**금액.** \`amount\`는 통화 최소 단위의 정수입니다. 1,550,000원은 \`1550000\`, 15.50달러는 \`1550\`입니다.

**같은 키로 반복하세요.** \`Idempotency-Key\` 헤더(승인은 본문의 \`idempotencyKey\`도 가능)를 보내세요. 같은 가맹점, 같은 키, 같은 요청이면 저장된 상태 코드와 본문을 바이트 그대로 \`Idempotent-Replayed: true\`와 함께 돌려줍니다. 기한은 \`Idempotency-Expires\`에 있습니다. 키 공간은 가맹점마다 하나이며 모든 작업이 함께 씁니다.

**503, 시간 초과, 연결 끊김 뒤에는** 작업이 실행되었을 수도 있습니다. \`Retry-After\`만큼 기다린 뒤 최종 응답이 올 때까지 *같은* 키로 반복하세요. 새 키를 쓰면 안 됩니다.

**판단 기준은** HTTP 상태, \`code\`, \`details.reason\`입니다. \`message\`는 사람이 읽는 문장이며 \`Accept-Language\`에 따라 한국어 또는 영어입니다. 모든 응답에는 \`x-request-id\`가 있으니 문의할 때 알려 주세요.

**호환성.** 모르는 필드가 든 요청은 거절하지만, 응답에는 필드가 추가될 수 있습니다. 모르는 필드는 무시하세요. 그 밖의 경로와 메서드는 404 \`NOT_FOUND\`입니다(HEAD, OPTIONS, 끝에 붙은 슬래시 포함).

**추측하지 않습니다.** 두 번 나온 필드와 매개변수, 자릿수를 보존할 수 없는 숫자, UTF-8이 아닌 본문, 서로 다른 \`Idempotency-Key\` 값은 400입니다.`,
}

export const tags: Record<RouteContract['tag'], { name: Words; description: Words }> = {
  payments: {
    name: { en: 'Payments', ko: '결제' },
    description: { en: 'Move money, and see where it is.', ko: '돈을 움직이고, 어디에 있는지 봅니다.' },
  },
  ledger: {
    name: { en: 'Ledger', ko: '원장' },
    description: {
      en: 'What the accounts hold, now and at any time.',
      ko: '계정의 현재 잔액과 과거 시점의 잔액을 봅니다.',
    },
  },
  settlement: {
    name: { en: 'Settlement', ko: '정산' },
    description: {
      en: 'What merchants are paid, for which sales, and how far the payouts are.',
      ko: '가맹점에 지급하는 금액과 그 대상 거래, 지급의 진행 상태를 봅니다.',
    },
  },
  reconciliation: {
    name: { en: 'Reconciliation', ko: '대사' },
    description: {
      en: 'What the acquirer and the bank say, and what of it does not fit the books.',
      ko: '매입사와 은행의 파일, 그리고 장부와 맞지 않는 것을 봅니다.',
    },
  },
  health: {
    name: { en: 'Health', ko: '상태' },
    description: { en: 'For load balancers and dashboards.', ko: '로드 밸런서와 대시보드를 위한 경로입니다.' },
  },
  sandbox: {
    name: { en: 'Sandbox', ko: '샌드박스' },
    description: {
      en: 'For trying things out on your own machine; not deployed.',
      ko: '로컬에서 시험할 때 쓰는 경로입니다. 배포 환경에는 없습니다.',
    },
  },
  operator: {
    name: { en: 'Operator console', ko: '운영자 콘솔' },
    description: {
      en: 'What operators see and do. Deployed only where somebody is named who signs operators in.',
      ko: '운영자가 보고 하는 일입니다. 운영자를 인증하는 곳이 지정된 배포 환경에만 있습니다.',
    },
  },
  description: {
    name: { en: 'This description', ko: '이 문서' },
    description: { en: 'The API about itself.', ko: 'API가 스스로를 설명합니다.' },
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
  rateLimit: {
    en: 'By limit: requests that remain (`r`), and seconds until all are back (`t`).',
    ko: '한도별로 남은 요청 수(`r`)와 모두 회복될 때까지의 초(`t`)입니다.',
  },
  rateLimitPolicy: {
    en: 'The limits of this route: `q` requests at once, which come back within `w` seconds.',
    ko: '이 경로의 한도: 한꺼번에 `q`번, `w`초 안에 모두 회복됩니다.',
  },
  retryAfterInProgress: {
    en: 'With `details.reason: in_progress` only: seconds to wait before repeating.',
    ko: '`details.reason`이 `in_progress`일 때만: 반복하기 전에 기다릴 초입니다.',
  },
  replayed: {
    en: '`true` on a stored answer that is given again; absent on the first.',
    ko: '저장된 응답을 다시 준 경우 `true`이며, 처음에는 없습니다.',
  },
  expires: {
    en: 'Until when the answer is kept under its key, the same on each repeat; from then on the key is `expired`. Absent without a key, and on answers that are not kept.',
    ko: '응답을 키에 묶어 보관하는 기한이며 반복해도 같습니다. 이때부터 키는 `expired`입니다. 키가 없거나 보관하지 않는 응답에는 없습니다.',
  },
} as const satisfies Record<string, Words>

export const signing: Words = {
  en: 'When deployed, API Gateway asks for AWS Signature Version 4 (IAM) on every route but `/health/live`, and answers a request without one with its own 403 `{"message":"Forbidden"}` before any of our code runs. Offline nothing is asked for.',
  ko: '배포 환경에서는 `/health/live`를 제외한 모든 경로에서 API Gateway가 AWS 서명 버전 4(IAM)를 요구하며, 서명이 없으면 우리 코드가 실행되기 전에 자체 403 `{"message":"Forbidden"}`으로 답합니다. 로컬에서는 요구하지 않습니다.',
}

export const consoleWords = {
  session: {
    en: 'Of the console on this machine: set by signing in, and worth nothing without the second secret.',
    ko: '로컬 콘솔의 쿠키입니다. 로그인할 때 설정되며, 두 번째 비밀 값 없이는 아무 효력이 없습니다.',
  },
  secret: {
    en: 'Its second secret, in every request; `Host` and `Origin` must be the console’s own.',
    ko: '모든 요청에 보내는 두 번째 비밀 값입니다. `Host`와 `Origin`도 콘솔의 것이어야 합니다.',
  },
  token: {
    en: 'When deployed: a token of the issuer that the deployment names. Without such a name these routes are absent.',
    ko: '배포 환경: 배포할 때 지정한 발급자의 토큰입니다. 지정하지 않으면 이 경로들은 없습니다.',
  },
} as const satisfies Record<string, Words>
