import { openPostgres } from '../../src/stores/sql/postgres.ts'
import { freshPostgresDatabase } from '../support/postgres-database.ts'
import { sqlStoresContract } from './sql-stores.ts'

sqlStoresContract('postgres', async () => openPostgres({ url: await freshPostgresDatabase() }))
