import { openSqlite } from '../../src/stores/sql/sqlite.ts'
import { temporaryFolder } from '../support/clean-up.ts'
import { sqlStoresContract } from './sql-stores.ts'

sqlStoresContract('sqlite', async () => {
  const folder = temporaryFolder()
  return openSqlite(`${folder}/sallyport.db`)
})
