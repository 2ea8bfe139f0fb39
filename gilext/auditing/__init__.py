"""What compiled packages declare, and what they could do.

`audit` begins; its rooms are `targets` (what there is to read), `static` (what files could do),
`importing` (what modules declare), `rules` (what is wrong with that), and `tables` (what functions do
when they are called).
"""
