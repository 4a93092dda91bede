-- Why: SQLite makes a table of the values of a list (... IN (...)) for each row that
-- it checks, and a tenth of the work of a full commit was that. A row of comparisons
-- says the same, and ends at the first that holds.
--
-- Only the words of the tables change, not what is in them, which is what
-- writable_schema is there for.

-- +goose Up
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET    sql = replace(sql,
         'status IN (''placed'', ''backordered'', ''ready'', ''sent'', ''delivered'', ''voided'', ''returned'')',
         'status = ''placed'' OR status = ''backordered'' OR status = ''ready'' OR status = ''sent'' OR status = ''delivered'' OR status = ''voided'' OR status = ''returned''')
WHERE  name = 'orders';
UPDATE sqlite_schema
SET    sql = replace(replace(sql,
         'stage IN (''requested'', ''accepted'', ''picking'', ''picked'', ''waiting_transfer'', ''ready'', ''sent'', ''delivered'', ''short'', ''voided'')',
         'stage = ''requested'' OR stage = ''accepted'' OR stage = ''picking'' OR stage = ''picked'' OR stage = ''waiting_transfer'' OR stage = ''ready'' OR stage = ''sent'' OR stage = ''delivered'' OR stage = ''short'' OR stage = ''voided'''),
         'redirect IN ('''', ''asked'', ''done'', ''refused'')',
         'redirect = '''' OR redirect = ''asked'' OR redirect = ''done'' OR redirect = ''refused''')
WHERE  name = 'fulfillments';
UPDATE sqlite_schema
SET    sql = replace(replace(sql,
         'kind IN (''authorize'', ''capture'', ''cancel'', ''refund'')',
         'kind = ''authorize'' OR kind = ''capture'' OR kind = ''cancel'' OR kind = ''refund'''),
         'state IN (''pending'', ''success'', ''failed'')',
         'state = ''pending'' OR state = ''success'' OR state = ''failed''')
WHERE  name = 'transactions';
PRAGMA writable_schema = RESET;
