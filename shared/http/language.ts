/** Chooses the language of messages from an Accept-Language header. */
import type { Language } from '../contracts/errors.ts'

/** `ko` when the header prefers it over English, by quality and then by order; else `en`. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'en'
  const wanted = acceptLanguage
    .split(',')
    .map(preference)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  const first = wanted.find(({ language }) => language === 'ko' || language === 'en')
  return first?.language === 'ko' ? 'ko' : 'en'
}

function preference(part: string): { language: string; quality: number } {
  const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
  const quality = parameters
    .map(parameter => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1])
    .find(value => value !== undefined)
  return { language: tag.trim().split('-')[0] ?? '', quality: quality === undefined ? 1 : Number(quality) }
}
