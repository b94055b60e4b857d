/** The form of filters, a chip for each that is applied, and one for the days that a list has when it is not told. */
import { Link, useNavigate } from '@tanstack/react-router'
import { useConsoleTexts } from '../console-context.ts'
import { ALL_TIME, type FilterForm, type FilterName, filterNames, formOf, type ListSearch, searchOf } from './search.ts'

/** As long as the API takes them. */
const lengths: Partial<Record<FilterName, number>> = { merchantId: 32, orderId: 64, currency: 3, method: 44 }

export function Filters({ search }: { search: ListSearch }) {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  const form = formOf(search)
  return (
    <>
      <form
        // What the address says is what the fields begin with.
        key={JSON.stringify(form)}
        className="console-filters"
        aria-label={t('list.filters')}
        onSubmit={event => {
          event.preventDefault()
          const given = Object.fromEntries(new FormData(event.currentTarget)) as unknown as FilterForm
          void navigate({ to: '/payments', search: searchOf(given, search) })
        }}
      >
        {filterNames.map(name => (
          <label key={name}>
            <span>{t(`list.${name}`)}</span>
            <input
              name={name}
              type={name === 'from' || name === 'to' ? 'date' : 'text'}
              defaultValue={form[name]}
              maxLength={lengths[name]}
              inputMode={name === 'amountMin' || name === 'amountMax' ? 'decimal' : undefined}
              autoComplete="off"
              data-find={name === 'merchantId' || undefined}
            />
          </label>
        ))}
        <button type="submit" className="button button-small">
          {t('list.apply')}
        </button>
      </form>
      <Chips search={search} form={form} />
    </>
  )
}

function Chips({ search, form }: { search: ListSearch; form: FilterForm }) {
  const { t } = useConsoleTexts()
  const applied = filterNames.filter(name => search[name] !== undefined)
  const isAllTime = search.from === ALL_TIME && search.to === undefined
  const textOf = (name: FilterName): [label: string, value: string] => {
    if (name === 'from' && isAllTime) return ['', t('list.allTime')]
    return [t(`list.${name}`), name === 'from' && search.from === ALL_TIME ? t('list.beginning') : form[name]]
  }
  return (
    <ul className="console-chips" aria-label={t('list.chosen')}>
      {search.from === undefined && (
        <li>
          <strong className="chip">{t(search.to === undefined ? 'list.lastDays' : 'list.daysBefore')}</strong>
        </li>
      )}
      {applied.map(name => {
        const [label, value] = textOf(name)
        return (
          <li key={name}>
            <Link
              to="/payments"
              search={{ ...search, [name]: undefined, cursor: undefined }}
              aria-label={t('list.remove', { name: `${label} ${value}`.trim() })}
              className="chip"
            >
              {label} <strong>{value}</strong> <span aria-hidden="true">×</span>
            </Link>
          </li>
        )
      })}
      {applied.length > 0 && (
        <li>
          <Link to="/payments" search={search.tab ? { tab: search.tab } : {}} className="chip">
            {t('list.clear')}
          </Link>
        </li>
      )}
    </ul>
  )
}
