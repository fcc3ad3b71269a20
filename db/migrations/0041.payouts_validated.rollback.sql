-- What is proved stays true.
SELECT;
