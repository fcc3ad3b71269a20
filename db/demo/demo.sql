-- A shop to try: categories, four merchants, 206 products and clothing in variants, two currencies, customers with
-- state. Run by `storeproc demo` and the first `storeproc up`, as administrator, in one transaction; does nothing where
-- it has been run. Everybody's password is Demo-Pass-1. What a customer does goes through the endpoints, so that stock,
-- books and events are true.

DO $demo$
DECLARE
    -- bcrypt of base64(sha256('Demo-Pass-1')), as the web tier computes it.
    c_password CONSTANT text := '$2b$12$storeprocdemosaltAAAAeMmLXV6CjesC9mlmh0/.urkOirTQEDJy';
    v_categories jsonb := '{}';
    v_accounts   jsonb := '{}';
    v_row        record;
    v_id         uuid;
    v_account    uuid;
    v_number     integer := 0;
BEGIN
    IF EXISTS (SELECT FROM identity.accounts WHERE email = 'alice@example.com') THEN
        RAISE NOTICE 'the demo shop is there already';
        RETURN;
    END IF;

    -- Its accounts' password is published: they exist in a demo only. Refused in production.
    PERFORM identity.set_environment('demo');

    -- People
    -- ---------------------------------------------------------------------------------------------------------------
    FOR v_row IN SELECT * FROM (VALUES
        ('alice@example.com', 'alice', 'Alice Rahman', 'customer'),
        ('bob@example.com', 'bob', 'Bob Lindqvist', 'customer'),
        ('carla@example.com', 'carla', 'Carla Mendes', 'customer'),
        ('jonas@example.com', 'jonas', 'Jonas Weber', 'customer'),
        ('eleni@example.com', 'eleni', 'Eleni Papadaki', 'customer'),
        ('atelier@example.com', 'atelier.clair', 'Atelier Clair SARL', 'customer'),
        ('merchant@example.com', 'hearth.home', 'Hearth & Home', 'merchant'),
        ('trail@example.com', 'northtrail', 'Northtrail Outfitters', 'merchant'),
        ('roastery@example.com', 'harbour', 'Harbour Roastery', 'merchant'),
        ('studio@example.com', 'papermill', 'Papermill Studio', 'merchant'),
        ('support@example.com', 'support', 'Customer service', 'support'),
        ('admin@example.com', 'admin', 'Shop administration', 'admin')
    ) AS a (email, handle, display_name, role) LOOP
        INSERT INTO identity.accounts (email, handle, display_name, role, email_verified)
        VALUES (v_row.email, v_row.handle, v_row.display_name, v_row.role, true) RETURNING id INTO v_id;
        INSERT INTO identity.passwords (account_id, salt, proof)
        VALUES (v_id, left(c_password, 29), sha256(convert_to(c_password, 'UTF8')));
        v_accounts := v_accounts || jsonb_build_object(v_row.email, v_id);
    END LOOP;
    INSERT INTO identity.addresses (account_id, name, line1, line2, city, region, postal_code, country, phone,
                                    is_default)
    SELECT (v_accounts ->> a.email)::uuid, a.name, a.line1, a.line2, a.city, a.region, a.postal_code,
           a.country, a.phone, a.is_default
    FROM (VALUES
        ('alice@example.com', 'Alice Rahman', '14 Lake Circus Road', 'Flat 5B', 'Dhaka', NULL, '1205', 'BD',
         '+880 1700 000001', true),
        ('alice@example.com', 'Alice Rahman, c/o Meridian Ltd', '88 Gulshan Avenue', NULL, 'Dhaka', NULL, '1212',
         'BD', '+880 1700 000001', false),
        ('bob@example.com', 'Bob Lindqvist', 'Storgatan 12', NULL, 'Uppsala', NULL, '753 31', 'SE',
         '+46 70 000 00 01', true),
        ('carla@example.com', 'Carla Mendes', 'Rua das Flores 210', '3.º Dto', 'Porto', NULL, '4050-262', 'PT',
         NULL, true),
        ('jonas@example.com', 'Jonas Weber', 'Kaiserstraße 8', NULL, 'Bonn', NULL, '53113', 'DE', NULL, true),
        ('eleni@example.com', 'Eleni Papadaki', 'Ermou 21', NULL, 'Athens', NULL, '105 63', 'GR', NULL, true),
        ('atelier@example.com', 'Atelier Clair SARL', '5 rue de la République', NULL, 'Lyon', NULL, '69001', 'FR', NULL,
         true)
    ) AS a (email, name, line1, line2, city, region, postal_code, country, phone, is_default);
    UPDATE identity.accounts SET tax_id = 'FR78500000005' WHERE email = 'atelier@example.com';
    RAISE NOTICE 'accounts and addresses';

    -- No money is real here, so payouts need no bank and no person. The merchants are approved, and have bank accounts.
    -- Nothing is shipped for nothing because its buyer leaves out the shipping method.
    UPDATE sales.settings SET demo = true, shipping_required = true;
    UPDATE identity.accounts SET merchant_approved_at = now() WHERE role = 'merchant' AND email LIKE '%@example.com';
    PERFORM payments.replace_bank_account(a.id, b.iban, b.bic, a.display_name)
    FROM (VALUES ('merchant@example.com', 'DE89370400440532013000', 'COBADEFFXXX'),
                 ('trail@example.com', 'NL91ABNA0417164300', 'ABNANL2A'),
                 ('roastery@example.com', 'FR1420041010050500013M02606', NULL),
                 ('studio@example.com', 'GB29NWBK60161331926819', 'NWBKGB2L')) AS b (email, iban, bic)
    JOIN identity.accounts AS a ON a.email = b.email;

    INSERT INTO billing.sellers (version, name, email, phone, line1, postal_code, city, country, registration,
                                 vat_id, iban, bic)
    SELECT max(s.version) + 1, 'Storeproc Trading GmbH', 'invoices@storeproc.example', '+49 30 5550100',
           'Oranienstraße 25', '10999', 'Berlin', 'DE',
           'HRB 123456 B', 'DE123456788', 'DE02120300000000202051', 'BYLADEM1001'
    FROM billing.sellers AS s;

    -- Categories
    -- -----------------------------------------------------------------------------------------------------------
    FOR v_row IN SELECT * FROM (VALUES
        ('home', NULL, 'Home', 1), ('lighting', 'home', 'Lighting', 1), ('kitchen', 'home', 'Kitchen', 2),
        ('textiles', 'home', 'Textiles', 3),
        ('outdoor', NULL, 'Outdoor', 2), ('packs', 'outdoor', 'Packs and bags', 1), ('camp', 'outdoor', 'Camp', 2),
        ('clothing', 'outdoor', 'Clothing', 3),
        ('food', NULL, 'Coffee and tea', 3), ('coffee', 'food', 'Coffee', 1), ('tea', 'food', 'Tea', 2),
        ('brewing', 'food', 'Brewing', 3),
        ('office', NULL, 'Paper and desk', 4), ('notebooks', 'office', 'Notebooks', 1),
        ('writing', 'office', 'Writing', 2), ('desk', 'office', 'On the desk', 3)
    ) AS c (slug, parent, name, position) LOOP
        INSERT INTO catalog.categories (slug, parent_id, name, position)
        VALUES (v_row.slug, (v_categories ->> v_row.parent)::uuid, v_row.name, v_row.position) RETURNING id INTO v_id;
        v_categories := v_categories || jsonb_build_object(v_row.slug, v_id);
    END LOOP;

    -- Products: a model in its variants. Prices are the model's, with a step a variant; euros beside dollars.
    -- --------------
    FOR v_row IN
        SELECT m.*, v.ordinality AS n, v.variant
        FROM (VALUES
            ('studio@example.com', 'desk', 'PM-DSK-HLD', 'Pen holder',
             'Turned from a single piece of timber, heavy enough to stay where it is.',
             2600, 0, 52, 'timber', 'ash|walnut|cherry|smoked oak', '{"height_cm":10}'),
            ('merchant@example.com', 'kitchen', 'HH-TEA-POT', 'Porcelain teapot',
             'Thin-walled, with a strainer of steel and a spout that does not drip.',
             4700, 1200, 31, 'volume', '0.6 l|1 l|1.4 l', '{"material":"porcelain"}'),
            ('trail@example.com', 'packs', 'NT-BAG-WST', 'Hip bag',
             'For a phone, keys, a sandwich and a map. Sits still when you run.',
             4500, 0, 57, 'colour', 'asphalt|sand|fjord|moss', '{"volume_l":2}'),
            ('roastery@example.com', 'coffee', 'HR-COF-KEN', 'Kenya Nyeri coffee',
             'Blackcurrant and grapefruit, loud and clear. A small lot, once a year.',
             1650, 1450, 40, 'pack', '250 g beans|500 g beans|250 g ground', '{"origin":"Kenya","roast":"light"}'),
            ('merchant@example.com', 'lighting', 'HH-LMP-ARC', 'Arc desk lamp',
             'An adjustable desk lamp with a weighted base and a warm, dimmable LED. '
             'The arm holds wherever you leave it.',
             6900, 0, 40, 'colour', 'matt black|chalk white|sage green|brass|terracotta|midnight blue',
             '{"material":"steel","bulb":"LED 8 W","height_cm":46}'),
            ('merchant@example.com', 'lighting', 'HH-LMP-GLO', 'Globe table lamp',
             'Mouth-blown opal glass on an oak foot. Soft light for a bedside or a shelf.',
             8900, 1500, 25, 'size', 'small|medium|large|extra large', '{"material":"glass and oak","bulb":"E14"}'),
            ('merchant@example.com', 'lighting', 'HH-PND-LIN', 'Linen pendant lamp',
             'A drum shade of washed linen that turns a bare bulb into evening light.',
             5400, 900, 30, 'diameter', '30 cm|40 cm|50 cm|60 cm', '{"material":"linen","cable_m":2}'),
            ('merchant@example.com', 'lighting', 'HH-CND-BEE', 'Beeswax candles',
             'Hand-dipped, dripless and honey-scented all by themselves. Burning time six hours each.',
             1250, 1100, 120, 'pack', 'box of 4|box of 8|box of 12|box of 24', '{"material":"beeswax"}'),
            ('merchant@example.com', 'kitchen', 'HH-PAN-CST', 'Cast iron skillet',
             'Seasoned, heavy and indestructible. Goes from hob to oven to table.',
             4200, 1300, 35, 'diameter', '20 cm|24 cm|28 cm|32 cm', '{"material":"cast iron","induction":true}'),
            ('merchant@example.com', 'kitchen', 'HH-KNF-SAN', 'Santoku knife',
             'Three-layer steel with a rosewood handle, sharpened by hand. Made for vegetables, happy with everything.',
             7900, 0, 28, 'handle', 'rosewood|walnut|olive wood|micarta black', '{"blade_cm":17,"steel":"VG-10"}'),
            ('merchant@example.com', 'kitchen', 'HH-MUG-STN', 'Stoneware mug',
             'Thrown on the wheel, glazed in the reduction kiln; no two are quite the same. Dishwasher-safe.',
             1900, 0, 90, 'glaze', 'oatmeal|slate|celadon|rust|cobalt|snow', '{"volume_ml":320}'),
            ('merchant@example.com', 'kitchen', 'HH-BRD-OAK', 'Oak chopping board',
             'End-grain oak from managed forests, oiled twice. Kind to knives.',
             4900, 1700, 32, 'size', 'breakfast|kitchen|butcher', '{"material":"oak"}'),
            ('merchant@example.com', 'kitchen', 'HH-JAR-PAN', 'Pantry jar with cork lid',
             'Borosilicate glass that shows what is left of the lentils.',
             1400, 400, 75, 'volume', '0.5 l|1 l|1.5 l|2 l', '{"material":"borosilicate glass"}'),
            ('merchant@example.com', 'textiles', 'HH-THR-WOL', 'Lambswool throw',
             'Woven in a small mill from undyed and dyed lambswool. Warm without weight.',
             9800, 0, 24, 'colour', 'heather|natural|navy|mustard|forest|berry',
             '{"material":"lambswool","size_cm":"140 x 200"}'),
            ('merchant@example.com', 'textiles', 'HH-BED-LIN', 'Linen duvet cover',
             'Stonewashed European flax. Cool in summer, warm in winter, better each wash.',
             12900, 2600, 20, 'size', 'single|double|king|super king', '{"material":"linen"}'),
            ('merchant@example.com', 'textiles', 'HH-TWL-WAF', 'Waffle towel',
             'Quick-drying cotton with a deep waffle weave.',
             1800, 1400, 80, 'size', 'guest|hand|bath|sheet', '{"material":"organic cotton"}'),
            ('merchant@example.com', 'textiles', 'HH-CSH-VEL', 'Velvet cushion',
             'Cotton velvet with a feather filling and a hidden zip.',
             3600, 0, 45, 'colour', 'ochre|petrol|rose|charcoal|moss', '{"size_cm":"50 x 50"}'),
            ('trail@example.com', 'packs', 'NT-PCK-RDG', 'Ridge hiking pack',
             'A frame that carries, a lid that stays dry and pockets where hands go. For a day or a week.',
             11900, 2400, 30, 'volume', '22 l|32 l|45 l|60 l', '{"weight_g":1150,"rain_cover":true}'),
            ('trail@example.com', 'packs', 'NT-PCK-ROL', 'Roll-top city pack',
             'Waterproof recycled sailcloth, a padded laptop sleeve and one very good buckle.',
             9400, 0, 38, 'colour', 'asphalt|sand|signal orange|fjord', '{"volume_l":20,"laptop_in":15}'),
            ('trail@example.com', 'packs', 'NT-BAG-DRY', 'Dry bag',
             'Welded seams and a roll closure: what goes in dry comes out dry.',
             1600, 600, 110, 'volume', '5 l|10 l|20 l|35 l', '{"material":"TPU nylon"}'),
            ('trail@example.com', 'camp', 'NT-TNT-LEE', 'Lee tunnel tent',
             'Three seasons, two doors and a porch for wet boots. Pitches in four minutes.',
             34900, 8000, 14, 'sleeps', '2 persons|3 persons|4 persons', '{"season":3,"hydrostatic_head_mm":3000}'),
            ('trail@example.com', 'camp', 'NT-BAG-DWN', 'Down sleeping bag',
             'Responsibly sourced 800-fill down in a shell that you hardly feel.',
             27900, 6000, 18, 'comfort', '5 °C|0 °C|-6 °C|-12 °C', '{"fill":"800 cuin down"}'),
            ('trail@example.com', 'camp', 'NT-MAT-AIR', 'Insulated air mat',
             'Eight centimetres of quiet. Packs to the size of a bottle.',
             12900, 1800, 26, 'size', 'small|regular|long wide', '{"r_value":4.2}'),
            ('trail@example.com', 'camp', 'NT-STV-GAS', 'Gas stove',
             'Boils half a litre in two and a half minutes and folds into a mug.',
             5900, 0, 44, 'finish', 'titanium|steel|anodised red', '{"weight_g":73}'),
            ('trail@example.com', 'camp', 'NT-LMP-HED', 'Rechargeable head lamp',
             '450 lumens, a red light for the tent and a lock for the pack.',
             4900, 0, 60, 'colour', 'black|yellow|teal', '{"lumens":450,"usb_c":true}'),
            ('trail@example.com', 'camp', 'NT-BTL-INS', 'Insulated bottle',
             'Hot for twelve hours, cold for a day; the lid does not drip.',
             2900, 500, 95, 'volume', '0.5 l|0.75 l|1 l|1.5 l', '{"material":"steel"}'),
            ('trail@example.com', 'clothing', 'NT-SHL-RAI', 'Three-layer rain jacket',
             'A shell that breathes on the way up and keeps out the weather at the top. Repairable for life.',
             24900, 0, 22, 'size', 'XS|S|M|L|XL|XXL', '{"membrane":"PFC-free","hydrostatic_head_mm":20000}'),
            ('trail@example.com', 'clothing', 'NT-MER-BAS', 'Merino base layer',
             'Fine merino that stays fresh for days and never itches.',
             7900, 0, 48, 'size', 'XS|S|M|L|XL|XXL', '{"material":"merino 190 g"}'),
            ('trail@example.com', 'clothing', 'NT-SCK-TRK', 'Trekking socks',
             'Cushioned where boots press, thin where they do not.',
             2200, 0, 130, 'size', '35-38|39-42|43-46|47-49', '{"material":"merino blend"}'),
            ('trail@example.com', 'clothing', 'NT-HAT-WOL', 'Fisherman beanie',
             'Short, ribbed and warm.',
             2800, 0, 70, 'colour', 'oat|ink|brick|pine|ash', '{"material":"wool"}'),
            ('roastery@example.com', 'coffee', 'HR-COF-ETH', 'Ethiopia Yirgacheffe coffee',
             'Washed heirloom beans with jasmine, bergamot and a long sweet finish. Roasted on Tuesdays.',
             1350, 1150, 85, 'pack', '250 g beans|500 g beans|1 kg beans|250 g ground|500 g ground',
             '{"origin":"Ethiopia","roast":"light"}'),
            ('roastery@example.com', 'coffee', 'HR-COF-COL', 'Colombia Huila coffee',
             'Red apple, caramel and cocoa: the one that everybody likes.',
             1250, 1050, 95, 'pack', '250 g beans|500 g beans|1 kg beans|250 g ground|500 g ground',
             '{"origin":"Colombia","roast":"medium"}'),
            ('roastery@example.com', 'coffee', 'HR-COF-ESP', 'Harbour espresso blend',
             'Dark chocolate and roasted hazelnut, with a crema that holds the sugar.',
             1200, 1000, 110, 'pack', '250 g beans|500 g beans|1 kg beans|250 g ground|500 g ground',
             '{"origin":"Brazil and India","roast":"dark"}'),
            ('roastery@example.com', 'coffee', 'HR-COF-DEC', 'Decaf Sierra Nevada coffee',
             'Decaffeinated with sugar cane; nobody will know.',
             1400, 1200, 55, 'pack', '250 g beans|500 g beans|250 g ground',
             '{"origin":"Colombia","roast":"medium","decaf":true}'),
            ('roastery@example.com', 'tea', 'HR-TEA-ASM', 'Assam second flush tea',
             'Malty, brisk and the colour of copper. Takes milk well.',
             950, 850, 70, 'pack', '100 g tin|250 g bag|500 g bag', '{"origin":"India","kind":"black"}'),
            ('roastery@example.com', 'tea', 'HR-TEA-SEN', 'Sencha tea',
             'Steamed green tea from Kagoshima: fresh grass and a little sea.',
             1450, 1300, 50, 'pack', '80 g tin|200 g bag|400 g bag', '{"origin":"Japan","kind":"green"}'),
            ('roastery@example.com', 'tea', 'HR-TEA-ROO', 'Rooibos with orange peel',
             'Naturally without caffeine, naturally sweet.',
             790, 700, 80, 'pack', '100 g tin|250 g bag|500 g bag', '{"origin":"South Africa","kind":"herbal"}'),
            ('roastery@example.com', 'brewing', 'HR-BRW-V60', 'Pour-over dripper',
             'Spiral ribs and a wide mouth: the classic, in a material of your choice.',
             1900, 700, 60, 'material', 'plastic|glass|ceramic|copper', '{"cups":"1-4"}'),
            ('roastery@example.com', 'brewing', 'HR-BRW-KET', 'Gooseneck kettle',
             'Pours where you look. Holds the temperature to the degree.',
             8900, 0, 27, 'colour', 'black|white|steel|copper', '{"volume_l":0.9,"variable_temperature":true}'),
            ('roastery@example.com', 'brewing', 'HR-BRW-GRN', 'Hand grinder',
             'Steel burrs in a body that fits the hand; thirty clicks from Turkish to French press.',
             7400, 0, 33, 'finish', 'walnut|silver|black', '{"burrs":"steel 38 mm"}'),
            ('roastery@example.com', 'brewing', 'HR-BRW-PRS', 'French press',
             'Double-walled steel: one pot for a long breakfast.',
             5200, 1300, 40, 'volume', '0.35 l|0.6 l|1 l', '{"material":"steel"}'),
            ('studio@example.com', 'notebooks', 'PM-NBK-LAY', 'Lay-flat notebook',
             'Thread-sewn, so that it opens flat; paper that fountain pens like.',
             1600, 0, 140, 'ruling', 'blank|lined|dotted|squared|music', '{"pages":192,"format":"A5","paper":"100 g"}'),
            ('studio@example.com', 'notebooks', 'PM-NBK-PKT', 'Pocket notebooks',
             'Three thin ones for a back pocket, with rounded corners.',
             1100, 0, 160, 'colour', 'kraft|forest|plum|marine', '{"pages":48,"format":"A6","pack":3}'),
            ('studio@example.com', 'notebooks', 'PM-PLN-DAY', 'Daily planner 2027',
             'A page a day, no slogans.',
             2900, 0, 65, 'cover', 'black linen|red linen|grey felt|natural cork', '{"format":"A5","year":2027}'),
            ('studio@example.com', 'writing', 'PM-PEN-FTN', 'Aluminium fountain pen',
             'A steel nib that starts at once, a clip that grips, a body for life.',
             5400, 0, 42, 'nib', 'extra fine|fine|medium|broad|stub 1.1', '{"material":"aluminium"}'),
            ('studio@example.com', 'writing', 'PM-INK-BTL', 'Bottled ink, 50 ml',
             'Made in small batches; shades beautifully and washes out of most shirts.',
             1500, 0, 88, 'colour', 'blue-black|oxblood|moss|petrol|sepia|violet', '{"volume_ml":50}'),
            ('studio@example.com', 'writing', 'PM-PCL-SET', 'Graphite pencils',
             'Cedar, evenly graded, not lacquered more than needed.',
             900, 1100, 100, 'set', '6 pieces|12 pieces|24 pieces', '{"grades":"6B to 4H"}'),
            ('studio@example.com', 'desk', 'PM-DSK-TRY', 'Letter tray',
             'Bent from one sheet of steel, powder-coated; they stack.',
             3900, 0, 36, 'colour', 'white|black|sand|sky', '{"format":"A4"}'),
            ('studio@example.com', 'desk', 'PM-DSK-MAT', 'Desk mat',
             'Vegetable-tanned leather that darkens with use, on cork.',
             6900, 2200, 29, 'size', '40 x 30 cm|60 x 40 cm|90 x 40 cm', '{"material":"leather and cork"}'),
            ('studio@example.com', 'desk', 'PM-DSK-CLK', 'Silent desk clock',
             'A sweep hand that you cannot hear and a face that you can read.',
             4400, 0, 34, 'colour', 'white|graphite|oak', '{"battery":"AA"}'),
            ('studio@example.com', 'desk', 'PM-DSK-SCI', 'Tailor''s scissors',
             'Forged, riveted and balanced. Paper and cloth, not both.',
             3300, 600, 46, 'length', '16 cm|18 cm|21 cm', '{"material":"carbon steel"}')
        ) AS m (merchant, category, code, model, description, cents, step, stock, attribute, variants, attributes)
        CROSS JOIN LATERAL unnest(string_to_array(m.variants, '|')) WITH ORDINALITY AS v (variant, ordinality)
        ORDER BY v.ordinality, m.code
    LOOP
        v_number := v_number + 1;
        v_account := (v_accounts ->> v_row.merchant)::uuid;
        INSERT INTO catalog.products (merchant_id, category_id, sku, name, description, attributes, created_at)
        VALUES (v_account, (v_categories ->> v_row.category)::uuid, v_row.code || '-' || lpad(v_row.n::text, 2, '0'),
                v_row.model || ', ' || v_row.variant, v_row.description,
                v_row.attributes::jsonb || jsonb_build_object(v_row.attribute, v_row.variant),
                now() - interval '120 days' + v_number * interval '7 hours')
        RETURNING id INTO v_id;
        -- Most have one price; every fourth was cheaper until last month, every seventh changes next month.
        INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
        SELECT v_id, p.currency, p.version, p.amount, p.valid, v_account
        FROM (
            SELECT c.currency, c.cents AS today, (v_number % 4 = 0) AS was, (v_number % 7 = 0) AS will
            FROM (VALUES ('USD', v_row.cents + (v_row.n - 1) * v_row.step),
                  ('EUR', ((v_row.cents + (v_row.n - 1) * v_row.step) * 92 / 100 + 5) / 10 * 10)
            ) AS c (currency, cents)
        ) AS t
        CROSS JOIN LATERAL (VALUES
            (t.currency, 1, t.today * 9 / 10, tstzrange(now() - interval '120 days', now() - interval '30 days'),
             t.was),
            (t.currency, 2, t.today,
             tstzrange(CASE WHEN t.was THEN now() - interval '30 days' ELSE now() - interval '120 days' END,
                                               CASE WHEN t.will THEN now() + interval '30 days' END), true),
            (t.currency, 3, t.today * 11 / 10, tstzrange(now() + interval '30 days', NULL), t.will)
        ) AS p (currency, version, amount, valid, there)
        WHERE p.there;
        -- Every twentieth is sold out, every ninth nearly.
        INSERT INTO catalog.stock (product_id, on_hand)
        VALUES (
            v_id,
            CASE WHEN v_number % 20 = 0 THEN 0 WHEN v_number % 9 = 0 THEN 3 ELSE v_row.stock + (v_number * 7) % 23 END
        );
        INSERT INTO catalog.stock_movements (product_id, kind, on_hand_delta, reserved_delta, reason, actor_id)
        SELECT s.product_id, 'adjustment', s.on_hand, 0, 'first stock', v_account
        FROM catalog.stock AS s
        WHERE s.product_id = v_id AND s.on_hand > 0;
    END LOOP;
    RAISE NOTICE '% products in % categories', v_number, (SELECT count(*) FROM catalog.categories);
END $demo$;

-- Clothing: products with options, and their variants.
DO $demo$
DECLARE
    v_row     record;
    v_product api.product;
BEGIN
    IF EXISTS (SELECT FROM catalog.products WHERE kind = 'parent') THEN
        RETURN;
    END IF;
    PERFORM set_config('app.token', identity.issue_local_token('merchant', 'trail@example.com'), true);
    FOR v_row IN SELECT * FROM (VALUES
        ('NT-TEE', 'Trail T-shirt', 'A light shirt of hemp and organic cotton that dries on the way.', 3400, 0,
         'Colour', 'moss|sand|ink|brick', 'Size', 'XS|S|M|L|XL', NULL, NULL, 160,
         '{"material":"hemp and organic cotton"}'),
        ('NT-FLC', 'Grid fleece jacket', 'Warm where it must be, thin under the straps, with a hood under the helmet.',
         11900, 0, 'Colour', 'fjord|asphalt|rust', 'Size', 'S|M|L|XL', NULL, NULL, 310,
         '{"material":"recycled wool"}'),
        ('NT-TRS', 'Hiking trousers', 'Stretch that lasts, five pockets, and legs that zip off at the knee.', 12900,
         300, 'Colour', 'stone|ink', 'Size', '46|48|50|52', 'Length', 'regular|long', 420,
         '{"material":"nylon and elastane"}')
    ) AS p (code, name, description, cents, step, first, firsts, second, seconds, third, thirds, weight, attributes)
    LOOP
        v_product := api.create_product(
            name => v_row.name, description => v_row.description, sku => v_row.code, currency => 'USD',
            category_id => (SELECT c.id FROM catalog.categories AS c WHERE c.slug = 'clothing'),
            attributes => v_row.attributes::jsonb, weight => v_row.weight,
            options => ARRAY(SELECT ROW(o.name, string_to_array(o.list, '|'))::api.new_option
                             FROM (VALUES (1, v_row.first, v_row.firsts), (2, v_row.second, v_row.seconds),
                                          (3, v_row.third, v_row.thirds)) AS o (n, name, list)
                             WHERE o.name IS NOT NULL ORDER BY o.n),
            -- One in nine is sold out.
            variants => ARRAY(
                SELECT ROW(v_row.code || '-' || lpad(v.n::text, 2, '0'), v.option_values,
                           v_row.cents + v_row.step * (v.b - 1), CASE WHEN v.n % 9 = 0 THEN 0 ELSE 6 + v.n * 5 % 17 END,
                           NULL, NULL, NULL, NULL)::api.new_variant
                FROM (
                    SELECT row_number() OVER (ORDER BY a.n, b.n, c.n) AS n, b.n AS b,
                           jsonb_strip_nulls(jsonb_build_object(v_row.first, a.value, v_row.second, b.value)
                               || CASE WHEN v_row.third IS NULL THEN '{}'
                                       ELSE jsonb_build_object(v_row.third, c.value) END) AS option_values
                    FROM unnest(string_to_array(v_row.firsts, '|')) WITH ORDINALITY AS a (value, n)
                    CROSS JOIN unnest(string_to_array(v_row.seconds, '|')) WITH ORDINALITY AS b (value, n)
                    CROSS JOIN unnest(coalesce(string_to_array(v_row.thirds, '|'), '{NULL}')) WITH ORDINALITY
                        AS c (value, n)
                ) AS v));
        INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by)
        SELECT q.product_id, 'EUR', 1, (q.amount * 92 / 100 + 5) / 10 * 10, q.valid, q.created_by
        FROM catalog.products AS v JOIN catalog.prices AS q ON q.product_id = v.id
        WHERE v.parent_id = v_product.id AND q.currency = 'USD';
    END LOOP;
    PERFORM set_config('app.token', '', true), set_config('app.actor', '', true), set_config('app.audience', '', true);
    RAISE NOTICE 'clothing in sizes and colours';
END $demo$;

-- Offers: bundles, promotions, parcels; and how all of it is taxed.
DO $demo$
DECLARE
    v_row record;
BEGIN
    IF EXISTS (SELECT FROM sales.promotions) THEN
        RETURN;
    END IF;
    UPDATE catalog.products AS p
    SET weight = 150 + (('x' || left(md5(p.sku), 4))::bit(16)::integer % 40) * 50
    WHERE p.kind = 'product' AND p.parent_id IS NULL;
    -- Coffee and tea are food, which most countries tax at a reduced rate.
    UPDATE catalog.products AS p
    SET tax_category = 'food'
    FROM catalog.categories AS c
    WHERE c.id = p.category_id AND c.slug IN ('coffee', 'tea');
    -- Three of each merchant's products, for a tenth less.
    FOR v_row IN
        SELECT a.email, a.display_name, array_agg(ROW(p.id, 1)::api.bundle_line ORDER BY p.id) AS items,
               (sum(q.amount) * 9 / 10)::bigint AS price,
               CASE WHEN bool_and(p.tax_category = 'food') THEN 'food' ELSE 'standard' END AS tax_category
        FROM identity.accounts AS a
        CROSS JOIN LATERAL (
            SELECT o.id, o.tax_category FROM catalog.products AS o JOIN catalog.stock AS s ON s.product_id = o.id
            WHERE o.merchant_id = a.id AND s.on_hand > 10 ORDER BY o.id LIMIT 3
        ) AS p
        CROSS JOIN LATERAL catalog.price_in_force(p.id, 'USD') AS q
        WHERE a.role = 'merchant' GROUP BY a.email, a.display_name
    LOOP
        PERFORM set_config('app.token', identity.issue_local_token('merchant', v_row.email), true);
        PERFORM api.create_bundle(name => v_row.display_name || ' starter set', sku => 'SET-1',
                                  items => v_row.items, price => v_row.price, currency => 'USD',
                                  description => 'Three that go well together, for a tenth less.',
                                  tax_category => v_row.tax_category);
    END LOOP;
    PERFORM set_config('app.token', identity.issue_local_token('support', 'support@example.com'), true);
    PERFORM api.create_promotion('WELCOME10', 'A tenth off the first order', 'percentage', basis_points => 1000,
                                 uses_per_account => 1);
    PERFORM api.create_promotion('TENOFF', 'Ten dollars off fifty', 'fixed', amount => 1000, minimum => 5000,
                                 currency => 'USD', stackable => true);
    PERFORM set_config('app.token', identity.issue_local_token('admin', 'admin@example.com'), true);
    PERFORM api.create_shipping_method('Parcel', ARRAY[
        ROW('BD', 'USD', 5000, 350, 10000), ROW('BD', 'USD', 30000, 900, 10000), ROW(NULL, 'USD', 2000, 990, NULL),
        ROW(NULL, 'USD', 30000, 2490, NULL),
        ROW(NULL, 'EUR', 2000, 890, NULL), ROW(NULL, 'EUR', 30000, 2290, NULL)]::api.shipping_rate[]);
    PERFORM api.create_shipping_method(
        'Express', ARRAY[ROW(NULL, 'USD', 10000, 3900, NULL), ROW(NULL, 'EUR', 10000, 3500, NULL)]::api.shipping_rate[]
    );
    -- The shop is in Germany, and registered for the One Stop Shop with Sweden and Portugal: other consumers in the EU
    -- pay the German rate. The rates are those of 2026.
    PERFORM api.create_tax_rate(r.country::api.country, r.name::api.short_text, r.rate::api.tax_percent, true,
                                category => r.category::api.tax_category)
    FROM (VALUES ('DE', 'MwSt', 19, 'standard'), ('DE', 'MwSt', 7, 'food'), ('SE', 'Moms', 25, 'standard'),
                 ('SE', 'Moms', 6, 'food'), ('PT', 'IVA', 23, 'standard'), ('PT', 'IVA', 23, 'food')
    ) AS r (country, name, rate, category);
    PERFORM api.create_tax_exemption(
                'K', 'Tax-free intra-community supply (Article 138 of Directive 2006/112/EC).', 'eu',
                reason_code => 'VATEX-EU-IC', buyer => 'business'),
            api.create_tax_exemption(
                'AE', 'Reverse charge: the customer is liable for the tax (Article 196 of Directive 2006/112/EC).',
                'eu', reason_code => 'VATEX-EU-AE', buyer => 'business'),
            api.create_tax_exemption(
                'G', 'Tax-free export delivery (Article 146 of Directive 2006/112/EC).', 'export',
                reason_code => 'VATEX-EU-G'),
            api.create_tax_exemption(
                'O', 'Service supplied outside the European Union: not subject to its VAT.', 'export',
                reason_code => 'VATEX-EU-O');
    -- Orders are placed at the beginning of this transaction.
    UPDATE sales.tax_rates SET valid = tstzrange(now() - interval '120 days', NULL);
    UPDATE sales.tax_exemptions SET valid = tstzrange(now() - interval '120 days', NULL);
    PERFORM set_config('app.token', '', true), set_config('app.actor', '', true), set_config('app.audience', '', true);
    RAISE NOTICE 'bundles, promotions, shipping methods, tax rates and exemptions';
END $demo$;

-- Orders, made as customers make them. Each row: who, how many products, where it ends.
DO $demo$
DECLARE
    v_row      record;
    v_lines    api.order_line[];
    v_order    api."order";
    v_payment  api.payment;
    v_gateway  CONSTANT text :=
        (SELECT min(p.name) FROM payments.providers AS p WHERE p.kind = 'gateway' AND p.test_only);
    v_customer text;
    v_support  text;
    v_address  uuid;
    v_method   CONSTANT uuid := (SELECT min(m.id::text)::uuid FROM sales.shipping_methods AS m WHERE m.name = 'Parcel');
BEGIN
    IF EXISTS (SELECT FROM sales.orders) THEN
        RETURN;
    END IF;
    v_support := identity.issue_local_token('support', 'support@example.com');
    FOR v_row IN
        SELECT o.*, row_number() OVER () AS n FROM (VALUES
            ('alice@example.com', 'delivered'), ('alice@example.com', 'delivered'), ('bob@example.com', 'delivered'),
            ('carla@example.com', 'delivered'),
            ('alice@example.com', 'shipped'), ('bob@example.com', 'shipped'), ('alice@example.com', 'paid'),
            ('bob@example.com', 'paid'),
            ('carla@example.com', 'paid'), ('alice@example.com', 'cancelled'), ('bob@example.com', 'refunded'),
            ('alice@example.com', 'declined'),
            ('alice@example.com', 'pending'), ('bob@example.com', 'pending'), ('carla@example.com', 'pending'),
            ('jonas@example.com', 'paid'), ('eleni@example.com', 'paid'), ('atelier@example.com', 'paid')
        ) AS o (email, state)
    LOOP
        v_customer := identity.issue_local_token('customer', v_row.email);
        PERFORM set_config('app.token', v_customer, true);
        SELECT a.id INTO v_address FROM identity.addresses AS a JOIN identity.accounts AS c ON c.id = a.account_id
        WHERE c.email = v_row.email AND a.is_default;
        SELECT array_agg(ROW(p.id, 1 + p.n % 2, NULL, NULL)::api.order_line) INTO v_lines
        FROM (
            SELECT s.product_id AS id, row_number() OVER (ORDER BY s.product_id)::integer AS n
            FROM catalog.stock AS s
            WHERE s.on_hand - s.reserved > 5
        ) AS p WHERE p.n % 41 = v_row.n AND p.n < 41 * (2 + v_row.n % 3);
        v_order := api.create_order(v_lines, v_address, shipping_method_id => v_method);
        IF v_row.state = 'cancelled' THEN
            v_order := api.cancel_order(v_order.id, 'ordered by mistake');
        ELSIF v_row.state <> 'pending' THEN
            v_payment := (api.begin_payment(v_order.id, 'mock')).payment;
            PERFORM api.open_payment(v_payment.id, 'mock_demo_' || replace(v_payment.id::text, '-', ''),
                                     'http://127.0.0.1:8000/mock/checkout/demo');
            PERFORM api.receive_gateway_event(
                'mock', 'demo_' || v_payment.id,
                CASE v_row.state WHEN 'declined' THEN 'failed' ELSE 'completed' END,
                '{"demo": true}', v_payment.id, amount => v_payment.amount, currency => v_payment.currency);
            IF v_row.state <> 'declined' THEN
                PERFORM api.record_mock_movement('mock_ch_' || v_payment.id, v_payment.id, 'captured', v_payment.amount,
                                                 v_payment.currency);
            END IF;
            PERFORM set_config('app.token', v_support, true);
            IF v_row.state IN ('shipped', 'delivered') THEN
                PERFORM api.create_shipment(
                    v_order.id, carrier => 'DHL', tracking_number => '0034 0434 ' || v_order.number,
                    tracking_url =>
                        'https://www.dhl.com/global-en/home/tracking.html?tracking-id=00340434'
                        || v_order.number);
            END IF;
            IF v_row.state = 'delivered' THEN
                v_order := api.deliver_order(v_order.id);
            ELSIF v_row.state = 'refunded' THEN
                v_order := api.cancel_any_order(v_order.id, 'arrived damaged');
            END IF;
        END IF;
    END LOOP;

    -- Something in a cart, so that it is not empty either.
    PERFORM set_config('app.token', identity.issue_local_token('customer', 'alice@example.com'), true);
    PERFORM api.add_cart_item(2, s.product_id) FROM (
        SELECT t.product_id
        FROM catalog.stock AS t
        WHERE t.on_hand - t.reserved > 5
        ORDER BY t.product_id DESC LIMIT 2) AS s;
    PERFORM set_config('app.token', '', true), set_config('app.actor', '', true), set_config('app.audience', '', true);
    RAISE NOTICE '% orders in every state', (SELECT count(*) FROM sales.orders);
END $demo$;

-- Something comes back from three of those that were delivered: asked for, agreed to, received.
DO $demo$
DECLARE
    v_row    record;
    v_return api.order_return;
BEGIN
    IF EXISTS (SELECT FROM fulfilment.returns) THEN
        RETURN;
    END IF;
    FOR v_row IN
        SELECT o.id, a.email, row_number() OVER (ORDER BY o.id) AS n,
               (SELECT i.id FROM sales.order_items AS i WHERE i.order_id = o.id ORDER BY i.id LIMIT 1) AS item_id
        FROM sales.orders AS o JOIN identity.accounts AS a ON a.id = o.account_id
        WHERE o.status = 'delivered' ORDER BY o.id LIMIT 3
    LOOP
        PERFORM set_config('app.token', identity.issue_local_token('customer', v_row.email), true);
        v_return := api.create_return(v_row.id, ARRAY[ROW(v_row.item_id, 1)::api.return_line], 'not the right size');
        PERFORM set_config('app.token', identity.issue_local_token('support', 'support@example.com'), true);
        IF v_row.n > 1 THEN
            v_return := api.approve_return(v_return.id);
        END IF;
        IF v_row.n > 2 THEN
            v_return := api.receive_return(v_return.id);
        END IF;
    END LOOP;
    PERFORM set_config('app.token', '', true), set_config('app.actor', '', true), set_config('app.audience', '', true);
    RAISE NOTICE '% returns', (SELECT count(*) FROM fulfilment.returns);
END $demo$;
