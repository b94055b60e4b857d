/** docs/openapi.json as callers get it: as JSON and as a page, made once, with the address that they asked at. */
import type { Language } from '../contracts/errors.ts'
import type { ApiDocument } from './docs-page/document.ts'
import { renderDocsPage } from './docs-page/page.ts'

export interface ApiDescription {
  /** `origin`: put in the place of the document's first server. */
  json(origin: string | undefined): string
  page(language: Language, origin: string | undefined): string
}

export function describeApi(source: object): ApiDescription {
  const document = source as ApiDocument
  const [server] = document.servers
  const made = new Map<string, string>()
  const once = (name: string, make: () => string): string => {
    const known = made.get(name) ?? make()
    made.set(name, known)
    return known
  }
  const at = (text: string, origin: string | undefined): string =>
    origin === undefined ? text : text.replaceAll(server!.url, () => origin)
  return {
    json: origin =>
      at(
        once('json', () => JSON.stringify(document)),
        origin,
      ),
    page: (language, origin) =>
      at(
        once(language, () => renderDocsPage(document, language)),
        origin,
      ),
  }
}
