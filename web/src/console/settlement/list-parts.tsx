/** What the room's lists share: links between their pages, a form of filters, rows, and where the list goes on. */
import { Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useConsoleTexts } from '../console-context.ts'

/** The room's addresses that have filters or pages. */
export type ListAddress =
  | '/settlement'
  | '/settlement/batches/$batchId'
  | '/settlement/payouts'
  | '/settlement/files'
  | '/settlement/files/$fileId'
  | '/reconciliation/breaks'
  | '/reconciliation/files'

type Search = Readonly<Record<string, string | undefined>>

export interface Place {
  to: ListAddress
  params?: Readonly<Record<string, string>>
}

/** The same page with another query: the router's types want it for each address by itself. */
const target = ({ to, params }: Place, search: Search) => ({ to, params, search }) as never as { to: '.' }

interface ListLinkProps {
  place: Place
  search: Search
  className?: string
  isCurrent?: boolean
  children: ReactNode
}

export const ListLink = ({ place, search, className, isCurrent, children }: ListLinkProps) => (
  <Link
    {...target(place, search)}
    className={className}
    activeProps={{}}
    activeOptions={{ exact: true, includeSearch: true }}
    aria-current={isCurrent === true ? 'page' : undefined}
  >
    {children}
  </Link>
)

interface NextPagesProps {
  place: Place
  search: Search
  nextCursor: string | null
}

export function NextPages({ place, search, nextCursor }: NextPagesProps) {
  const { t } = useConsoleTexts()
  if (nextCursor === null && search.cursor === undefined) return null
  return (
    <nav aria-label={t('list.pages')} className="console-pages">
      {search.cursor !== undefined && (
        <ListLink place={place} search={{ ...search, cursor: undefined }} className="button button-small">
          {t('settlement.first')}
        </ListLink>
      )}
      {nextCursor !== null && (
        <ListLink place={place} search={{ ...search, cursor: nextCursor }} className="button button-small">
          {t('settlement.next')}
        </ListLink>
      )}
    </nav>
  )
}

export interface Field {
  name: string
  label: string
  type: 'text' | 'date' | readonly (readonly [value: string, label: string])[]
}

interface FilterFormProps {
  place: Place
  search: Search
  fields: readonly Field[]
  /** Stays as it is, whatever is chosen. */
  kept?: Search
}

/** Applying filters shows the first page of what they ask for. */
export function FilterForm({ place, search, fields, kept = {} }: FilterFormProps) {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  const isFiltered = fields.some(({ name }) => search[name] !== undefined)
  return (
    <form
      // What the address says is what the fields begin with.
      key={JSON.stringify(search)}
      className="console-filters room-filters"
      aria-label={t('settlement.filters')}
      onSubmit={event => {
        event.preventDefault()
        const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
        const asked = Object.entries(given).map(([name, value]) => [name, value.trim() || undefined])
        void navigate(target(place, { ...kept, ...Object.fromEntries(asked) }))
      }}
    >
      {fields.map(({ name, label, type }) => (
        <label key={name} htmlFor={`filter-${name}`}>
          <span>{label}</span>
          {typeof type === 'string' ? (
            <input
              id={`filter-${name}`}
              name={name}
              type={type}
              defaultValue={search[name] ?? ''}
              maxLength={64}
              autoComplete="off"
            />
          ) : (
            <select id={`filter-${name}`} name={name} defaultValue={search[name] ?? ''}>
              <option value="">{t('settlement.any')}</option>
              {type.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </label>
      ))}
      <button type="submit" className="button button-small">
        {t('settlement.apply')}
      </button>
      {isFiltered && (
        <ListLink place={place} search={kept} className="chip">
          {t('settlement.clear')}
        </ListLink>
      )}
    </form>
  )
}

export interface Column<Row> {
  label: string
  cell: (row: Row) => ReactNode
  isAmount?: boolean
}

interface RowsProps<Row> {
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => string
  labelledBy: string
  empty: string
}

export function Rows<Row>({ rows, columns, keyOf, labelledBy, empty }: RowsProps<Row>) {
  if (rows.length === 0)
    return (
      <p className="console-note" role="status">
        {empty}
      </p>
    )
  return (
    <table className="rows" aria-labelledby={labelledBy}>
      <thead>
        <tr>
          {columns.map(({ label, isAmount }) => (
            <th key={label} scope="col" className={isAmount === true ? 'amount' : undefined}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={keyOf(row)}>
            {columns.map(({ label, cell, isAmount }) => (
              <td key={label} data-label={label} className={isAmount === true ? 'amount' : undefined}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export type Fact = readonly [name: string, value: ReactNode, isAmount?: true]

export const Facts = ({ facts }: { facts: readonly (Fact | undefined)[] }) => (
  <dl className="facts">
    {facts
      .filter(fact => fact !== undefined)
      .map(([name, value, isAmount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={isAmount === true ? 'amount' : undefined}>{value}</dd>
        </div>
      ))}
  </dl>
)
