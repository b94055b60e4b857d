/** Parameters and the fields of objects, as tables of two columns, which fit a phone. */
import type { Language } from '../../contracts/errors.ts'
import { type ApiDocument, type Described, nameOf, type Schema } from './document.ts'
import { breakable, escaped, inline } from './html.ts'
import type { PageWords } from './words.ts'

/** A document, and the language that it is read in. */
export interface Reading {
  document: ApiDocument
  language: Language
  words: PageWords
}

/** The text in the language of the page; English where there is no Korean. */
export const textOf = (thing: Described, language: Language): string =>
  (language === 'ko' ? thing['x-description-ko'] : undefined) ?? thing.description ?? ''

/** Enumerations longer than this are counted, not listed. */
const ENUM_LISTED_MAX = 12

/** The kind of value in a few words; an object is a link to its own table. */
function typeOf(reading: Reading, schema: Schema): string {
  const { document, words } = reading
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref)
    const target = document.components.schemas[name]!
    return target.properties === undefined ? typeOf(reading, target) : objectLink(name)
  }
  if (schema.anyOf !== undefined)
    return schema.anyOf.map(kind => (kind.type === 'null' ? 'null' : typeOf(reading, kind))).join(` ${words.or} `)
  if (schema.type === 'array') return `${words.listOf} ${typeOf(reading, schema.items!)}`
  if (schema.const !== undefined) return `<code>${escaped(String(schema.const))}</code>`
  if (schema.enum !== undefined) return enumOf(words, schema.enum)
  return [escaped([schema.type ?? []].flat().join(` ${words.or} `)), ...limitsOf(words, schema)].join(', ')
}

const objectLink = (name: string): string => `<a href="#${name}">${escaped(name)}</a>`

const enumOf = (words: PageWords, values: unknown[]): string =>
  values.length > ENUM_LISTED_MAX
    ? words.oneOf.replace('{count}', String(values.length))
    : values.map(value => `<code>${breakable(String(value))}</code>`).join(' ')

function limitsOf(words: PageWords, { minimum, maximum, maxLength, ...rest }: Schema): string[] {
  const limits: string[] = []
  if (minimum !== undefined && maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER)
    limits.push(`${minimum} – ${maximum.toLocaleString('en')}`)
  else if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) limits.push(`≥ ${minimum}`)
  if (maxLength !== undefined) limits.push(`${words.atMost} ${maxLength}`)
  if (rest.default !== undefined) limits.push(`${words.byDefault} ${rest.default}`)
  return limits
}

/** The field's own description, else that of its type. */
function meaningOf({ document, language }: Reading, schema: Schema & Described): string {
  const own = textOf(schema, language)
  const target = schema.$ref === undefined ? undefined : document.components.schemas[nameOf(schema.$ref)]
  return own === '' && target?.properties === undefined ? textOf(target ?? {}, language) : own
}

export interface Row {
  name: string
  schema: Schema
  description?: string
  note?: string
}

/** One table of names and what they mean. `isQuiet`: its heading says already what its caption says. */
export function fieldTable(reading: Reading, caption: string, rows: Row[], isQuiet = false): string {
  const lines = rows.map(({ name, schema, description, note }) => {
    const notes = [typeOf(reading, schema), ...(note === undefined ? [] : [escaped(note)])].join(' · ')
    const meaning = inline(description || meaningOf(reading, schema))
    return `<tr><th scope="row"><code>${breakable(name)}</code></th><td>${meaning ? `${meaning}<br>` : ''}<small>${notes}</small></td></tr>`
  })
  const { field, meaning } = reading.words
  return `<table><caption${isQuiet ? ' class="quiet"' : ''}>${escaped(caption)}</caption><thead><tr><th scope="col">${field}</th><th scope="col">${meaning}</th></tr></thead><tbody>${lines.join('')}</tbody></table>`
}

/** The rows of an object's own fields. */
export const fieldsOf = ({ words }: Reading, { properties = {}, required = [] }: Schema, noted: boolean): Row[] =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    note: noted ? (required.includes(name) ? words.required : words.optional) : undefined,
  }))

/** Every object of an answer that is no error, once, in the order in which a reader meets them. */
export function objectNames(document: ApiDocument): string[] {
  const found = new Set<string>()
  const visit = (schema: Schema): void => {
    const name = schema.$ref === undefined ? undefined : nameOf(schema.$ref)
    if (name !== undefined) {
      const target = document.components.schemas[name]!
      if (target.properties === undefined || found.has(name)) return
      found.add(name)
      visit(target)
      return
    }
    for (const part of [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? []), schema.items])
      if (part !== undefined) visit(part)
  }
  for (const item of Object.values(document.paths))
    for (const { responses } of Object.values(item))
      for (const response of Object.values(responses))
        if (!('$ref' in response)) for (const { schema } of Object.values(response.content ?? {})) visit(schema)
  return [...found]
}

/** An object; one that has all the fields of another says so and lists only its own. */
export function objectSection(reading: Reading, name: string): string {
  const { document, language, words } = reading
  const schema = document.components.schemas[name]!
  const base = baseOf(document, name)
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([field]) => base === undefined || document.components.schemas[base]!.properties![field] === undefined,
  )
  const note = base === undefined ? '' : `<p>${words.asAnd.replace('{name}', objectLink(base))}</p>`
  const about = textOf(schema, language)
  const rows = fieldsOf(reading, { ...schema, properties: Object.fromEntries(properties) }, false)
  return `<article aria-labelledby="${name}"><h3 id="${name}">${name}</h3>${about ? `<p>${inline(about)}</p>` : ''}${note}${fieldTable(reading, name, rows, true)}</article>`
}

/** The object whose fields this one has, and more. */
export function baseOf(document: ApiDocument, name: string): string | undefined {
  const { properties = {} } = document.components.schemas[name]!
  return objectNames(document).find(other => {
    const fields = Object.keys(document.components.schemas[other]!.properties ?? {})
    const isSmaller = fields.length > 2 && fields.length < Object.keys(properties).length
    return other !== name && isSmaller && fields.every(field => properties[field] !== undefined)
  })
}
