/** GET /openapi.json: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

export const contract = defineContract({
  route: 'GET /openapi.json',
  tag: 'description',
  answers: { 200: { mediaType: 'application/json', schema: z.looseObject({ openapi: z.string() }) } },
  refusals: ['INTERNAL_ERROR'],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'This description as OpenAPI 3.1', ko: '이 문서의 OpenAPI 3.1 원본' },
  description: {
    en: 'docs/openapi.json of the repository, with the address it was fetched from as its first server.',
    ko: '저장소의 docs/openapi.json이며, 요청받은 주소를 첫 번째 서버로 넣습니다.',
  },
  answers: { 200: { words: { en: 'The document.', ko: 'OpenAPI 문서입니다.' }, examples: {} } },
  curl: `curl -sS '${LOCAL_ORIGIN}/openapi.json' -o openapi.json`,
})
