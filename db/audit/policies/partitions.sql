-- The audit has the partitions of this month and the next from its first deployment on; the worker adds the later ones
-- (api.seal_audit). In a shop that had none, the rows of this month stay in changes_default.
SELECT audit.add_partition((now() AT TIME ZONE 'UTC')::date),
       audit.add_partition((now() AT TIME ZONE 'UTC' + interval '1 month')::date);
