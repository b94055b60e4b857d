/** GET /docs: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

/** `ko` or `en`; anything else counts as absent. */
const docsQuery = z.object({
  lang: z
    .string()
    .optional()
    .meta({
      description: '`ko` or `en`, before `Accept-Language`; anything else counts as absent.',
      'x-description-ko': '`ko` 또는 `en`. `Accept-Language`보다 먼저 봅니다. 다른 값은 무시합니다.',
      examples: ['ko'],
    }),
})

export const contract = defineContract({
  route: 'GET /docs',
  tag: 'description',
  query: docsQuery,
  answers: { 200: { mediaType: 'text/html' } },
  refusals: ['INTERNAL_ERROR'],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'This description as a page', ko: '이 문서를 읽기 좋은 페이지로' },
  description: {
    en: 'One page without scripts and without anything from elsewhere, in English or Korean.',
    ko: '스크립트도 외부 자원도 없는 한 페이지입니다. 한국어와 영어로 볼 수 있습니다.',
  },
  answers: { 200: { words: { en: 'The page.', ko: '페이지입니다.' }, examples: {} } },
  curl: `curl -i '${LOCAL_ORIGIN}/docs?lang=en'`,
})
