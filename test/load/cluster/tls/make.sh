#!/bin/sh
# Makes the certificates of this folder anew. Run it in this folder.
set -eu
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }
sign() { # NAME SUBJECT ISSUER EXTENSIONS [x509 options]
  name=$1 subject=$2 issuer=$3 extensions=$4
  shift 4
  openssl req -new -key "$name.key" -subj "$subject" -out "$name.csr"
  printf '%b' "$extensions" >ext.cnf
  openssl x509 -req -in "$name.csr" -CA "$issuer.crt" -CAkey "$issuer.key" -CAcreateserial -days 36500 -extfile ext.cnf -out "$name.crt" "$@"
}
ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
leaf='basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n'
names='subjectAltName=DNS:localhost,DNS:cluster.example,IP:127.0.0.1\n'
key root
openssl req -x509 -new -key root.key -subj "/CN=refgrant test root" -days 36500 -addext "keyUsage=critical,keyCertSign,cRLSign" -out root.crt
key intermediate
sign intermediate "/CN=refgrant test intermediate" root "$ca"
key server
sign server "/CN=kube-apiserver" intermediate "$leaf$names"
key client
sign client "/O=developers/CN=jane" intermediate "$leaf"
printf '%b' "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nserial=ca.srl\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n[ext]\n$leaf$names" >ca.cnf
: >index.txt
echo 01 >ca.srl
openssl req -new -key server.key -subj "/CN=kube-apiserver" -out expired.csr
openssl ca -batch -notext -config ca.cnf -extensions ext -in expired.csr -cert intermediate.crt -keyfile intermediate.key \
  -startdate 20200101000000Z -enddate 20210101000000Z -out expired.crt
openssl req -new -key server.key -subj "/CN=kube-apiserver" -out early.csr
openssl ca -batch -notext -config ca.cnf -extensions ext -in early.csr -selfsign -keyfile server.key \
  -startdate 21000101000000Z -enddate 21200101000000Z -out early.crt
rm -f ./*.csr ./*.srl ./*.srl.old ./*.cnf ./*.pem index.txt* root.key intermediate.key
