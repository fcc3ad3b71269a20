-- depends: 0073.tax_filed
-- XRechnung: the file that public bodies in Germany process, beside the PDF of a document.
ALTER TABLE billing.invoice_files
    -- Null: the buyer gave no reference, or something is missing for it (billing.xrechnung_lacks).
    ADD COLUMN xrechnung text;
