/** POST /operator/session: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { sampleSession, sessionView } from '../console.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { inBoth, schemaMessages } from '../problem-texts.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

const SAMPLE_CHARACTERS = 'pXq3yV0mJ7wR2tL9sB4nF6kD8hG1cZ5aQeUiOoEyTxM'

export const signInRequest = onlyThese({
  secret: z
    .string(schemaMessages.text)
    .regex(/^opl_[\w-]{43}$/, inBoth('must be the part of a link after #', '링크에서 # 뒤의 부분이어야 합니다'))
    .meta({
      description: 'What stands behind `#` in the link.',
      'x-description-ko': '링크에서 `#` 뒤에 있는 값입니다.',
      examples: [`opl_${SAMPLE_CHARACTERS}`],
    }),
}).meta({ id: 'SignInRequest' })

export const openedSession = sessionView
  .extend({
    secret: z.string().meta({
      description: 'The second secret: sent as `x-console-secret` with every request. It is told once.',
      'x-description-ko': '두 번째 비밀 값입니다. 모든 요청에 `x-console-secret`으로 보냅니다. 한 번만 알려 줍니다.',
    }),
  })
  .meta({ id: 'OpenedConsoleSession' })

export const contract = defineContract({
  route: 'POST /operator/session',
  tag: 'operator',
  operator: 'anyone',
  body: signInRequest,
  answers: { 201: openedSession },
  refusals: [
    'VALIDATION_FAILED',
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'RATE_LIMITED',
    'INTERNAL_ERROR',
    'SERVICE_UNAVAILABLE',
  ],
  offlineOnly: true,
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Sign in to the console with a link', ko: '링크로 콘솔에 로그인합니다' },
  description: {
    en: `Offline only. Exchanges a link for a session, once: of two exchanges at once one gets it. A link is good for five minutes; \`npm run console-link -- --as NAME\` prints one.

The session needs both: the cookie that the answer sets, and \`secret\` of its body as \`x-console-secret\`. Ten failed exchanges of an address, and one more each six seconds, are answered; beyond that all are 429.`,
    ko: `로컬 전용입니다. 링크를 세션으로 한 번 교환합니다. 동시에 두 번 교환하면 하나만 성공합니다. 링크는 5분 동안 유효하며 \`npm run console-link -- --as NAME\`이 출력합니다.

세션에는 둘 다 필요합니다. 응답이 설정하는 쿠키와, 본문의 \`secret\`을 담은 \`x-console-secret\` 헤더입니다. 실패한 교환은 주소마다 열 번까지, 그 뒤 6초에 한 번씩 답하고, 넘으면 모두 429입니다.`,
  },
  requests: {
    example: {
      summary: { en: 'What the link holds', ko: '링크에 든 값' },
      value: { secret: `opl_${SAMPLE_CHARACTERS}` },
    },
  },
  answers: {
    201: {
      words: {
        en: 'Signed in. `Set-Cookie` has the first secret.',
        ko: '로그인했습니다. 첫 번째 비밀 값은 `Set-Cookie`에 있습니다.',
      },
      examples: {
        example: {
          summary: { en: 'Signed in', ko: '로그인' },
          value: { ...sampleSession, secret: `opx_${SAMPLE_CHARACTERS}` },
        },
      },
    },
  },
  curl: `LINK=$(npm run -s console-link -- --as demo-operator | grep -o 'opl_[A-Za-z0-9_-]*')
SECRET=$(curl -sS -X POST '${LOCAL_ORIGIN}/operator/session' -c console.cookies \\
  -H 'origin: ${LOCAL_ORIGIN}' \\
  -H 'content-type: application/json' \\
  -d "{\\"secret\\":\\"$LINK\\"}" | grep -o 'opx_[A-Za-z0-9_-]*')`,
})
