/** GET /docs: the whole API description as one page of HTML that needs no script and nothing from elsewhere. */
import { createHash } from 'node:crypto'
import type { Language } from '../../contracts/errors.ts'
import {
  type ApiDocument,
  type Content,
  type Endpoint,
  type ErrorRow,
  type Example,
  endpointsOf,
  type Operation,
  type Parameter,
  type Response,
  resolve,
} from './document.ts'
import { baseOf, fieldsOf, fieldTable, objectNames, objectSection, type Reading, textOf } from './fields.ts'
import { breakable, escaped, inline, jsonBlock, paragraphs } from './html.ts'
import { PAGE_STYLE } from './style.ts'
import { pageWords } from './words.ts'

/** The page may load, run, frame and send nothing. Only this style sheet is allowed. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 32 32%22%3E%3Crect width=%2232%22 height=%2232%22 rx=%228%22 fill=%22%233540c4%22/%3E%3Cpath d=%22M8 12h16v9a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2zm0-1a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2z%22 fill=%22white%22/%3E%3C/svg%3E'

/** The page in one language. */
export function renderDocsPage(document: ApiDocument, language: Language): string {
  const reading: Reading = { document, language, words: pageWords[language] }
  const title = `${titleOf(document, language)} · ${reading.words.name}`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="ICON" href="${ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">${reading.words.skip}</a>
${header(reading)}
<div class="columns">
${contents(reading)}
<main id="main" tabindex="-1">
${main(reading)}
</main>
</div>
</body>
</html>
`
}

const titleOf = ({ info }: ApiDocument, language: Language): string =>
  language === 'ko' ? info['x-title-ko'] : info.title

const otherLanguages: Array<[Language, string]> = [
  ['ko', '한국어'],
  ['en', 'English'],
]

function header({ document, language, words }: Reading): string {
  const { version, license } = document.info
  const languages = otherLanguages.map(
    ([code, name]) =>
      `<li><a href="?lang=${code}" lang="${code}" hreflang="${code}"${code === language ? ' aria-current="true"' : ''}>${name}</a></li>`,
  )
  return `<header>
<div><h1>${escaped(titleOf(document, language))} <span>${words.name}</span></h1>
<p>${words.version} ${escaped(version)} · ${escaped(license.name)} · <a href="/openapi.json">${words.asFile}</a></p></div>
<nav aria-label="${words.languages}"><ul>${languages.join('')}</ul></nav>
</header>`
}

const tagName = (tag: ApiDocument['tags'][number], language: Language): string =>
  tag[language === 'ko' ? 'x-display-name-ko' : 'x-display-name']

const methodBadge = (method: string): string => `<span class="method ${method.toLowerCase()}">${method}</span>`

function contents({ document, language, words }: Reading): string {
  const groups = document.tags.map(tag => {
    const links = endpointsOf(document, tag.name).map(
      ({ method, path, operation }) =>
        `<li><a href="#${operation.operationId}">${methodBadge(method)} <span>${breakable(path)}</span></a></li>`,
    )
    return `<li><a href="#${tag.name}">${escaped(tagName(tag, language))}</a><ul>${links.join('')}</ul></li>`
  })
  return `<nav class="contents" aria-label="${words.contents}"><details open><summary>${words.contents}</summary><ul>
<li><a href="#start">${words.start}</a></li>
${groups.join('\n')}
<li><a href="#errors">${words.errors}</a></li>
<li><a href="#objects">${words.objects}</a></li>
<li><a href="#deployed">${words.deployed}</a></li>
</ul></details></nav>`
}

function main(reading: Reading): string {
  const { document, language, words } = reading
  const groups = document.tags.map(tag => {
    const operations = endpointsOf(document, tag.name).map(endpoint => operationArticle(reading, endpoint))
    return section(tag.name, tagName(tag, language), `<p>${inline(textOf(tag, language))}</p>${operations.join('\n')}`)
  })
  const signing = Object.values(document.components.securitySchemes).map(scheme => paragraphs(textOf(scheme, language)))
  return [
    section('start', words.start, paragraphs(textOf(document.info, language))),
    ...groups,
    section('errors', words.errors, errorsTable(reading)),
    section('objects', words.objects, objects(reading)),
    section('deployed', words.deployed, signing.join('')),
  ].join('\n')
}

const section = (id: string, heading: string, content: string): string =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${escaped(heading)}</h2>\n${content}\n</section>`

function operationArticle(reading: Reading, { method, path, operation }: Endpoint): string {
  const { language, words } = reading
  const { operationId } = operation
  const summary = (language === 'ko' ? operation['x-summary-ko'] : operation.summary) ?? ''
  const tag = operation['x-offline-only'] ? ` <span class="tag">${words.offlineOnly}</span>` : ''
  return `<article aria-labelledby="${operationId}">
<h3 id="${operationId}">${methodBadge(method)} <code>${breakable(path)}</code>${tag}</h3>
<p class="lead">${inline(summary)}</p>
${paragraphs(textOf(operation, language))}
<h4>${words.tryIt}</h4>
<p class="note">${words.tryNote}</p>
<pre class="command"><code>${escaped(operation['x-codeSamples'][0]!.source)}</code></pre>
<h4>${words.request}</h4>
${requestTables(reading, operation)}
<h4>${words.answers}</h4>
${answersTable(reading, operation)}
${examplesOf(reading, operation)}
</article>`
}

function requestTables(reading: Reading, operation: Operation): string {
  const { document, language, words } = reading
  const rows = (operation.parameters ?? []).map(given => {
    const parameter = resolve<Parameter>(document, given)
    return {
      name: parameter.name,
      schema: parameter.schema,
      // zod-openapi copies a schema's description to its parameter in English only: the table looks the Korean one up.
      description: language === 'ko' ? parameter['x-description-ko'] : parameter.description,
      note: `${words.places[parameter.in]}, ${parameter.required ? words.required : words.optional}`,
    }
  })
  const parameters = fieldTable(reading, words.parameters, rows)
  const body = operation.requestBody?.content['application/json']
  if (body === undefined) return parameters
  const schema = resolve(document, body.schema as typeof body.schema & { $ref: string })
  const optional = operation.requestBody?.required ? '' : `<p>${words.bodyOptional}</p>`
  return `${parameters}${optional}${fieldTable(reading, words.body, fieldsOf(reading, schema, true))}`
}

/** One row for each status: what it means, or the codes that explain it. */
function answersTable(reading: Reading, operation: Operation): string {
  const { document, language, words } = reading
  const rows = Object.entries(operation.responses).map(([status, given]) => {
    const response = resolve<Response>(document, given)
    const meaning = '$ref' in given ? codeLinks(response) : answerMeaning(response, language)
    return `<tr><th scope="row">${status}</th><td>${meaning}${headersOf(response)}</td></tr>`
  })
  return `<table><caption class="quiet">${words.answers}</caption><thead><tr><th scope="col">${words.status}</th><th scope="col">${words.meaning}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function answerMeaning(response: Response, language: Language): string {
  const [mediaType, content] = Object.entries(response.content ?? {})[0]!
  const name = content.schema.$ref?.split('/').at(-1)
  const shape = name === undefined ? `<code>${escaped(mediaType)}</code>` : `<a href="#${name}">${name}</a>`
  return `${inline(textOf(response, language))} ${shape}`
}

/** Those that not every answer has. */
function headersOf({ headers = {} }: Response): string {
  const names = Object.keys(headers).filter(name => name !== 'x-request-id')
  return names.length === 0
    ? ''
    : `<br><small>${names.map(name => `<code>${breakable(name)}</code>`).join(' ')}</small>`
}

const codesIn = ({ content = {} }: Response): string[] => [
  ...new Set(
    Object.values(content['application/json']?.examples ?? {}).map(example => (example.value as { code: string }).code),
  ),
]

const codeLinks = (response: Response): string =>
  codesIn(response)
    .map(code => `<a href="#${code}"><code>${breakable(code)}</code></a>`)
    .join(' ')

const exampleSummary = (example: Example, language: Language): string =>
  escaped((language === 'ko' ? example['x-summary-ko'] : example.summary) ?? '')

/** What may be sent and what comes back; errors have their own section. */
function examplesOf(reading: Reading, operation: Operation): string {
  const { words } = reading
  const sent = Object.values(operation.requestBody?.content ?? {}).map(content =>
    exampleDetails(reading, words.body, content),
  )
  const answered = Object.entries(operation.responses).map(([status, response]) =>
    '$ref' in response
      ? ''
      : Object.values(response.content ?? {})
          .map(content => exampleDetails(reading, status, content))
          .join(''),
  )
  return [...sent, ...answered].join('')
}

const exampleDetails = ({ language, words }: Reading, label: string, { examples = {} }: Content): string =>
  Object.values(examples)
    .map(
      example =>
        `<details><summary>${words.example} · ${label} · ${exampleSummary(example, language)}</summary>${jsonBlock(example.value)}</details>`,
    )
    .join('')

function errorsTable(reading: Reading): string {
  const { document, words } = reading
  const rows = document['x-errors'].map((row, index, all) =>
    errorRow(reading, row, all.findIndex(other => other.code === row.code) === index),
  )
  const columns = [words.code, words.when, words.action].map(name => `<th scope="col" role="columnheader">${name}</th>`)
  // On a phone the rows are blocks. Without the roles a browser would no longer expose them as rows.
  return `<p>${inline(words.errorsNote)}</p>
<table class="errors" role="table"><caption class="quiet">${words.errors}</caption><thead role="rowgroup"><tr role="row">${columns.join('')}</tr></thead><tbody role="rowgroup">${rows.join('\n')}</tbody></table>
${errorExamples(reading)}`
}

/** `isFirst`: of a code that has two statuses only the first row can be linked to. */
function errorRow(
  { language }: Reading,
  { code, statusCode, message, when, action }: ErrorRow,
  isFirst: boolean,
): string {
  const id = isFirst ? ` id="${code}"` : ''
  return `<tr${id} role="row"><th scope="row" role="rowheader">${statusCode} <code>${breakable(code)}</code></th><td role="cell">${inline(when[language])}<br><small>${escaped(message[language])}</small></td><td role="cell">${inline(action[language])}</td></tr>`
}

function errorExamples(reading: Reading): string {
  const { document, language, words } = reading
  const seen = new Set<string>()
  const blocks = Object.values(document.components.responses).flatMap(({ content = {} }) =>
    Object.entries(content['application/json']?.examples ?? {}).flatMap(([key, example]) => {
      if (seen.has(key)) return []
      seen.add(key)
      const { code } = example.value as { code: string }
      return `<details><summary>${words.example} · <code>${breakable(code)}</code> · ${exampleSummary(example, language)}</summary>${jsonBlock(example.value)}</details>`
    }),
  )
  return blocks.join('\n')
}

/** An object comes before those that extend it. */
function objects(reading: Reading): string {
  const { document, words } = reading
  const names = objectNames(document).flatMap(name => [baseOf(document, name), name])
  const sections = [...new Set(names)].flatMap(name => (name === undefined ? [] : [objectSection(reading, name)]))
  return `<p>${words.objectsNote}</p>\n${sections.join('\n')}`
}
