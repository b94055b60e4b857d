/** What the page says besides the document. */
import type { Language } from '../../contracts/errors.ts'

export interface PageWords {
  name: string
  skip: string
  contents: string
  languages: string
  start: string
  asFile: string
  version: string
  request: string
  parameters: string
  body: string
  bodyOptional: string
  answers: string
  example: string
  tryIt: string
  tryNote: string
  errors: string
  errorsNote: string
  objects: string
  objectsNote: string
  deployed: string
  field: string
  meaning: string
  status: string
  code: string
  when: string
  action: string
  required: string
  optional: string
  or: string
  listOf: string
  byDefault: string
  atMost: string
  oneOf: string
  asAnd: string
  offlineOnly: string
  places: Record<string, string>
}

export const pageWords: Record<Language, PageWords> = {
  en: {
    name: 'API reference',
    skip: 'Skip to the content',
    contents: 'Contents',
    languages: 'Language',
    start: 'How it works',
    asFile: 'OpenAPI 3.1 (JSON)',
    version: 'Version',
    request: 'Request',
    parameters: 'Parameters',
    body: 'Body',
    bodyOptional: 'The body may be left out.',
    answers: 'Answers',
    example: 'Example',
    tryIt: 'Try it',
    tryNote: 'Works as it is. A click selects all of it.',
    errors: 'Errors',
    errorsNote: 'Every error has the same shape. Decide by the HTTP status, the code and details.reason.',
    objects: 'Objects',
    objectsNote: 'What is in the answers.',
    deployed: 'When deployed',
    field: 'Name',
    meaning: 'Meaning',
    status: 'Status',
    code: 'Code',
    when: 'When',
    action: 'What to do',
    required: 'required',
    optional: 'optional',
    or: 'or',
    listOf: 'list of',
    byDefault: 'default',
    atMost: 'at most',
    oneOf: 'one of {count}',
    asAnd: 'Everything of {name}, and:',
    offlineOnly: 'offline only',
    places: { path: 'path', query: 'query', header: 'header' },
  },
  ko: {
    name: 'API 문서',
    skip: '본문으로 건너뛰기',
    contents: '목차',
    languages: '언어',
    start: '사용 방법',
    asFile: 'OpenAPI 3.1 (JSON)',
    version: '버전',
    request: '요청',
    parameters: '매개변수',
    body: '본문',
    bodyOptional: '본문은 생략할 수 있습니다.',
    answers: '응답',
    example: '예시',
    tryIt: '실행해 보기',
    tryNote: '그대로 실행됩니다. 클릭하면 전체가 선택됩니다.',
    errors: '오류',
    errorsNote: '모든 오류는 같은 형태입니다. HTTP 상태와 코드, details.reason으로 판단하세요.',
    objects: '객체',
    objectsNote: '응답에 담기는 것들입니다.',
    deployed: '배포 환경',
    field: '이름',
    meaning: '설명',
    status: '상태',
    code: '코드',
    when: '언제',
    action: '할 일',
    required: '필수',
    optional: '선택',
    or: '또는',
    listOf: '목록:',
    byDefault: '기본값',
    atMost: '최대',
    oneOf: '{count}개 중 하나',
    asAnd: '{name}의 모든 필드와:',
    offlineOnly: '로컬 전용',
    places: { path: '경로', query: '쿼리', header: '헤더' },
  },
}
