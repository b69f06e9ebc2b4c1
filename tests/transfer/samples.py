"""Small invented files in the shapes that shops send."""

UCI = """Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
700001,10001,BLUE CUP,6,1/5/2010 9:00,2.50,501.0,United Kingdom
700001,10002,RED CUP,2,1/5/2010 9:00,3.00,501.0,United Kingdom
700001,10002,RED CUP,2,1/5/2010 9:00,3.00,501.0,United Kingdom
700001,POST,POSTAGE,1,1/5/2010 9:00,4.95,501.0,United Kingdom
700002,10001,?,4,1/6/2010 10:30,2.55,,United Kingdom
700003,10001,BLUE CUP,10,6/7/2010 23:30,2.55,502.0,Germany
C700004,10001,BLUE CUP,-3,6/8/2010 9:15,2.55,502.0,Germany
C700005,10002,RED CUP,-1,6/8/2010 9:20,3.00,502.0,Germany
700006,10001,damaged,-5,6/8/2010 9:30,0.0,,United Kingdom
700007,10003,found,7,6/8/2010 9:40,0.0,,United Kingdom
700008,10001,BLUE CUP,x,6/9/2010 9:00,2.55,502.0,Germany
700009,10001,BLUE CUP,1,13/13/2010 9:00,2.55,502.0,Germany
C700010,D,Discount,-1,6/9/2010 10:00,12.50,501.0,United Kingdom
"""

UCI_DOUBLED = """Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,A1,CUP,1,12/1/2010 9:00,1.00,7,France
2,A1,CUP,1,12/5/2010 9:00,1.00,7,France
2,A1,CUP,1,12/5/2010 9:00,1.00,7,France
3,A1,CUP,5,12/9/2010 9:00,1.00,7,France
2,A1,CUP,1,12/5/2010 9:00,1.00,7,France
2,A1,CUP,1,12/5/2010 9:00,1.00,7,France
3,A1,CUP,5,12/9/2010 9:00,1.00,7,France
1,A1,CUP,1,12/1/2010 9:00,1.00,7,France
4,A1,CUP,2,12/10/2010 9:00,1.00,7,France
"""

SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,"
    "Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Position,"
    "Cost per item,Status\n"
    'mug,Stone Mug,"<p>Fired twice, ""slowly"".</p>\n<ul><li>350 ml</li></ul>",Kiln,Mugs,'
    '"clay, mug",true,Colour,Sand,MUG-S,4,12.50,40001234,https://img.example/1.jpg,1,5.10,active\n'
    "mug,,,,,,,,Slate,MUG-L,,13.00,,https://img.example/2.jpg,2,,\n"
    "mug,,,,,,,,,,,,,https://img.example/3.jpg,3,,\n"
    "towel,Linen Towel,<p>Grey</p>,Loom,Textiles,,true,Title,Default Title,,10,22.00,,,,,draft\n"
)

SHOPIFY_2024 = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,"
    "Status,SKU,Barcode,Option1 name,Option1 value,Price,Compare-at price,Cost per item,"
    "Inventory quantity,Product image URL,Image position,SEO title\r\n"
    'Pine Shelf,pine-shelf,"<p>Long, light</p>",Wood,,Shelves,"a, b",TRUE,Active,SH-60,,Width,'
    "60 cm,49.00,,20.00,3,https://img.example/s.jpg,1,Shelf\r\n"
    ",pine-shelf,,,,,,,,SH-90,,,90 cm,59.00,69.00,24.00,2,,,\r\n"
)

SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address City,Default Address Country Code,"
    "Default Address Zip,Phone,Total Spent,Total Orders,Note,Tags\n"
    "'9001,Ines,Moreau,Ines@Example.com,yes,,1 Quay Street,Lyon,FR,'69001,'+33600000000,"
    '57.50,2,"likes ""blue""","vip, retail"\n'
    "'9002,Tom,,,no,,,,DE,,,0.00,0,,\n"
    "'9003,Bad,Mail,not-an-address,no,,,,DE,,,0.00,0,,\n"
)

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,"
    "Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Lineitem discount,Billing Name,Billing Country,Cancelled at,"
    "Refunded Amount,Id\n"
    "#1001,ines@example.com,paid,2026-05-01 10:00:00 +0200,fulfilled,EUR,40.00,5.00,0.00,40.00,"
    "SPRING,5.00,2026-05-01 00:30:00 +0200,2,Stone Mug - Sand,10.00,MUG-S,0.00,Ines Moreau,FR,"
    ",0.00,555\n"
    '#1001,ines@example.com,,,,,,,,,,,2026-05-01 00:30:00 +0200,1,"Pot, large",20.00,,0.00,,,,,\n'
    "#1002,tom@example.com,voided,,unfulfilled,EUR,10.00,0.00,0.00,10.00,,0.00,"
    "2026-05-02 09:59:00 +0200,1,Stone Mug - Sand,10.00,MUG-S,0.00,Tom,DE,,0.00,556\n"
    "#1003,tom@example.com,partially_refunded,,fulfilled,EUR,20.00,0.00,0.00,20.00,,0.00,"
    "2026-05-03 09:59:00 +0200,2,Stone Mug - Sand,10.00,MUG-S,0.00,Tom,DE,,10.00,557\n"
)

WOO = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),"
    "Last Name (Billing),Email (Billing),Country Code (Billing),Payment Method Title,"
    "Cart Discount Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,"
    "Order Total Tax Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost\n"
    "81,Completed,2026-02-03 11:20,,Eva,Lind,eva@example.com,SE,Card,0,4.90,0,24.90,0,T-1,1,Tea,"
    "2,10\n"
    "82,Cancelled,2026-02-04 11:20,,Eva,Lind,eva@example.com,SE,Card,0,0,0,10,0,T-1,1,Tea,1,10\n"
    "83,Processing,2026-02-05 08:00,,Bo,Ek,bo@example.com,SE,Card,0,0,0,31.5,0,T-2,1,Pot,1,31.5\n"
)

WOO_ROWS = (
    "order_id,order_number,date,status,shipping_total,tax_total,order_total,customer_id,"
    "billing_first_name,billing_last_name,billing_email,item_name,item_sku,item_quantity,"
    "item_total\n"
    "91,91,2026-02-03 11:20:00,completed,0,0,30.00,4,Eva,Lind,eva@example.com,Tea,T-1,3,30.00\n"
)

GERMAN = (
    "Rechnung;Artikel;Menge;Datum;Preis;Kunde\n"
    "R1;K-7;2;31.12.2025;1.234,50;K1\n"
    "R2;K-7;1;01.01.2026;9,99;K2\n"
)

WOO_PACKED = (
    "order_id,order_number,date,status,customer_id,billing_email,line_items\n"
    "95,95,2026-02-03 11:20:00,completed,4,eva@example.com,"
    "name:Tea|sku:T-1|quantity:3|total:30.00;name:Pot|sku:T-2|quantity:1|total:31.50\n"
)

WOO_NUMBERED = (
    "order_id,order_number,order_date,status,billing_email,line_item_1,line_item_2\n"
    "96,96,2026-02-03 11:20:00,completed,eva@example.com,"
    "name:Tea|sku:T-1|quantity:3|total:30.00,name:Pot|sku:T-2|quantity:1|total:31.50\n"
)
